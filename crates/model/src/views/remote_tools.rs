//! Whether remote tools are on, where all clients have the same settings.

use cmlint_source::{Span, Spanned};

use crate::need::Whole;
use crate::rows::{AgentConfiguration, ClientSettings};
use crate::{Dataset, Gap, Judged, Scope, Status};

/// The remote tools agent among the agents of client settings.
const REMOTE_TOOLS: i64 = 3;

/// Whether client settings turn remote tools on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RemoteTools {
    /// Whether they are on.
    pub on: bool,
    /// Where the settings say so.
    pub at: Span,
}

impl RemoteTools {
    /// What holds for every client.
    ///
    /// # Errors
    /// The holes; also where settings differ, because they reach the members of collections, which are not
    /// collected.
    pub fn of_all_clients<'s>(settings: &Whole<'s, ClientSettings<'s>>) -> Judged<RemoteTools> {
        let scope = Scope::Hierarchy;
        let mut default = None;
        let mut others = Vec::new();
        for row in settings.at(&scope)? {
            if !row.collected("AgentConfigurations") {
                return Err(vec![row.gap(&scope, "AgentConfigurations")]);
            }
            let agents = row.data.agent_configurations.get().into_iter().flat_map(|a| a.iter());
            for agent in agents.filter(|a| a.value.agent_id.get().is_some_and(|id| id.0 == REMOTE_TOOLS)) {
                let Some(tools) = of_agent(agent) else { continue };
                if row.data.r#type.get().is_some_and(|kind| kind.0 == 0) {
                    default = Some(tools);
                } else {
                    others.push(tools);
                }
            }
        }
        let hole = |why: &str| vec![Gap::new(Dataset::ClientSettings, scope.clone(), Status::Partial, why)];
        let default =
            default.ok_or_else(|| hole("the default settings do not say whether remote tools are on"))?;
        if others.iter().any(|other| other.on != default.on) {
            return Err(hole("which client settings a computer has depends on the collections it is in"));
        }
        Ok(default)
    }
}

/// Remote tools are off where the agent is, and where no profile of the firewall lets them through: the
/// console writes the latter.
fn of_agent(agent: &Spanned<AgentConfiguration<'_>>) -> Option<RemoteTools> {
    let (enabled, profiles) = (&agent.value.enabled, &agent.value.firewall_exception_profiles);
    match (enabled.get(), profiles.get()) {
        (_, Some(profiles_of)) if profiles_of.0 == 0 => {
            Some(RemoteTools { on: false, at: profiles.span().unwrap_or(agent.span) })
        }
        (Some(on), _) => Some(RemoteTools { on: on.0, at: enabled.span().unwrap_or(agent.span) }),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::need::{Context, Need};
    use crate::views::Views;
    use crate::views::testing::Made;

    fn of(settings: &[(i64, Option<bool>)]) -> Option<bool> {
        with_profiles(settings, None)
    }

    fn with_profiles(settings: &[(i64, Option<bool>)], profiles: Option<i64>) -> Option<bool> {
        let mut made = Made::new();
        for (kind, on) in settings {
            let agent = AgentConfiguration {
                agent_id: made.number(REMOTE_TOOLS),
                enabled: on.map_or(Default::default(), |on| made.truth(on)),
                firewall_exception_profiles: profiles.map_or(Default::default(), |n| made.number(n)),
                ..Default::default()
            };
            let row = ClientSettings {
                r#type: made.number(*kind),
                agent_configurations: made.list(vec![agent]),
                ..Default::default()
            };
            made.put(&Scope::Hierarchy, row);
        }
        made.close();
        let views = Views::default();
        let settings = Whole::resolve(Context::new(&made.snapshot, &views));
        RemoteTools::of_all_clients(&settings).ok().map(|tools| tools.on)
    }

    #[test]
    fn the_default_settings_decide_unless_others_say_otherwise() {
        assert_eq!(of(&[(0, Some(true))]), Some(true));
        assert_eq!(of(&[(0, Some(false)), (1, Some(false))]), Some(false));
        assert_eq!(of(&[(0, Some(false)), (1, Some(true))]), None);
        assert_eq!(of(&[(0, None)]), None, "the property was left out");
        assert_eq!(of(&[(1, Some(true))]), None, "the default settings are not there");
        assert_eq!(of(&[]), None, "not collected");
    }

    #[test]
    fn without_a_profile_of_the_firewall_they_are_off() {
        assert_eq!(with_profiles(&[(0, Some(true))], Some(0)), Some(false));
        assert_eq!(with_profiles(&[(0, Some(true))], Some(12)), Some(true));
        assert_eq!(with_profiles(&[(0, Some(false))], Some(12)), Some(false));
    }
}
