//! Who can join computers to a domain: with a right on its domain controllers, as long as the domain's quota allows,
//! or by making the object in a container.

use cmlint_winsec::{AccessMask, Ace, Sid, object_types};

use super::access::{EntryFor, Guarded};
use super::principals::Principals;
use super::rights::{Grant, Rights};
use crate::proof::merge;
use crate::{Dataset, Gap, Scope, Status};

/// Create child, of any class or of the class that an entry names.
const CREATE_CHILD: AccessMask = AccessMask(1);
/// "Add workstations to domain".
const PRIVILEGE: &str = "SeMachineAccountPrivilege";

/// The ways in which somebody holds the right to add workstations on the domain controllers of a domain, those that
/// somebody chose first; and the holes that could hide one. What it is worth depends on the domain's quota.
pub fn adds_workstations<'s>(
    who: &Sid,
    domain: &str,
    rights: &Rights<'s>,
    principals: &Principals<'s>,
) -> (Vec<(Scope, Grant)>, Vec<Gap>) {
    let (mut grants, mut holes) = (Vec::new(), Vec::new());
    let mut any = false;
    for scope in rights.hosts() {
        match principals.is_controller_of(&scope.key(), domain) {
            Some(true) => {
                any = true;
                let held = rights.held(who, PRIVILEGE, &scope, principals);
                grants.extend(held.grants.into_iter().map(|grant| (scope.clone(), grant)));
                merge(&mut holes, held.perhaps_granted);
            }
            Some(false) => {}
            // It may be one, and its rights then count.
            None => merge(&mut holes, [principals.perhaps_controller(&scope.key())]),
        }
    }
    if !any {
        let why = "the user rights of no domain controller were collected";
        holes.push(Gap::new(Dataset::UserRight, Scope::domain(domain), Status::NotCollected, why));
    }
    grants.sort_by_key(|(scope, grant)| (grant.by_default, scope.clone()));
    (grants, holes)
}

/// The entries of a container that let somebody make computer objects in it or in containers below, and the holes
/// that could hide more.
pub fn makes_computers(
    who: &Sid,
    container: &Guarded,
    principals: &Principals<'_>,
) -> (Vec<EntryFor>, Vec<Gap>) {
    container.entries_for(who, principals, makes_computers_by)
}

/// Whether an entry is about making computer objects, in the object itself or in containers below it.
fn makes_computers_by(ace: &Ace) -> bool {
    let of_class = ace.object_type.is_none_or(|class| class == object_types::COMPUTER);
    let below = [object_types::ORGANIZATIONAL_UNIT, object_types::CONTAINER];
    let reach = cmlint_winsec::reach(ace);
    let inherits =
        reach.child_containers && reach.descendant_class.is_none_or(|class| below.contains(&class));
    ace.mask.intersects(CREATE_CHILD) && of_class && (reach.this_object || inherits)
}

#[cfg(test)]
mod tests {
    use cmlint_winsec::{AceFlags, AceKind, Guid, well_known};

    use super::*;

    fn ace(flags: u8, class: Option<Guid>, below: Option<Guid>) -> Ace {
        let mut ace = Ace::new(AceKind::AllowedObject, CREATE_CHILD, well_known::EVERYONE);
        ace.flags = AceFlags(flags);
        ace.object_type = class;
        ace.inherited_object_type = below;
        ace
    }

    #[test]
    fn computers_are_made_by_an_entry_for_their_class_or_all_in_a_place_that_holds_them() {
        let computer = Some(object_types::COMPUTER);
        assert!(makes_computers_by(&ace(0, computer, None)));
        assert!(makes_computers_by(&ace(0, None, None)));
        assert!(!makes_computers_by(&ace(0, Some(object_types::USER), None)));
        assert!(makes_computers_by(&ace(0xA, computer, Some(object_types::ORGANIZATIONAL_UNIT))));
        assert!(!makes_computers_by(&ace(0xA, None, computer)), "only below computers");
        let mut read = ace(0, None, None);
        read.mask = AccessMask(0x10);
        assert!(!makes_computers_by(&read));
    }
}
