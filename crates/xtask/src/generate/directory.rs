//! The domain as LDIF: the whole of it, so that its statement needs no `covers`.

use std::io::Write;

use cmlint_model::{Dataset, Scope};
use serde_json::{Value, json};

use super::out::{Growing, Out};
use super::world::{Class, DN, DNS, Member, NETBIOS, World};
use crate::Outcome;

/// Writes names of domains, objects and look-ups.
pub(crate) fn write(world: &World, out: &mut Out) -> Outcome {
    let domain = json!({"DNSRoot": DNS, "NetBIOSName": NETBIOS, "DomainSID": world.domain, "Forest": DNS});
    out.rows(Dataset::Domain, &Scope::Hierarchy, &[domain])?;
    let scope = Scope::domain(DNS);
    let mut file = out.file(Dataset::Directory, &scope)?;
    let rows = objects(world, &mut file.1)?;
    out.complete(Dataset::Directory, &scope, file, rows, Value::Null)?;
    // Whoever has the whole domain has nothing to look up.
    out.csv(Dataset::Lookup, &scope, &["asked", "answer", "dn"], &[])
}

fn objects(world: &World, file: &mut Growing) -> Outcome<usize> {
    let mut ldif = Ldif { file, count: 0 };
    ldif.object(DN, &["domain", "domainDNS"])?;
    ldif.attribute("objectSid", &world.domain)?;
    ldif.attribute("ms-DS-MachineAccountQuota", "0")?;
    for name in ["Groups", "Staff", "Servers", "Workstations", "Service Accounts"] {
        ldif.object(&format!("OU={name},{DN}"), &["organizationalUnit"])?;
        ldif.attribute("nTSecurityDescriptor", OU_DESCRIPTOR)?;
    }
    for (rid, name) in
        [(512, "Domain Admins"), (513, "Domain Users"), (515, "Domain Computers"), (519, "Enterprise Admins")]
    {
        ldif.object(&format!("CN={name},CN=Users,{DN}"), &["group"])?;
        ldif.attribute("objectSid", &format!("{}-{rid}", world.domain))?;
        ldif.attribute("sAMAccountName", name)?;
        ldif.attribute("groupType", if rid == 519 { "-2147483640" } else { "-2147483646" })?;
    }
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); world.groups];
    for (index, member) in world.members.iter().enumerate() {
        for group in &member.groups {
            members[*group as usize].push(index as u32);
        }
    }
    for (index, member) in world.members.iter().enumerate() {
        principal(world, member, &mut ldif)?;
        for group in members.get(index).into_iter().flatten() {
            ldif.attribute("member", &world.members[*group as usize].dn())?;
        }
    }
    Ok(ldif.count)
}

fn principal(world: &World, member: &Member, ldif: &mut Ldif<'_>) -> Outcome {
    let classes: &[&str] = match member.class {
        Class::Group => &["group"],
        Class::User => &["person", "organizationalPerson", "user"],
        Class::Computer => &["person", "organizationalPerson", "user", "computer"],
    };
    ldif.object(&member.dn(), classes)?;
    ldif.attribute("objectSid", &world.sid(member))?;
    ldif.attribute("sAMAccountName", &member.sam)?;
    ldif.attribute("whenCreated", "20220310091000.0Z")?;
    match member.class {
        Class::Group => ldif.attribute("groupType", "-2147483646")?,
        Class::User => {
            ldif.attribute("userAccountControl", if member.rid.is_multiple_of(23) { "514" } else { "512" })?;
            ldif.attribute("userPrincipalName", &format!("{}@{DNS}", member.sam))?;
            ldif.attribute("primaryGroupID", "513")?;
            ldif.attribute("pwdLastSet", "133830000000000000")?;
        }
        Class::Computer => {
            ldif.attribute("userAccountControl", "4096")?;
            ldif.attribute("primaryGroupID", "515")?;
            let host = member.sam.trim_end_matches('$').to_lowercase();
            ldif.attribute("dNSHostName", &format!("{host}.{DNS}"))?;
        }
    }
    for group in &member.groups {
        ldif.attribute("memberOf", &world.members[*group as usize].dn())?;
    }
    Ok(())
}

const OU_DESCRIPTOR: &str = "O:DAG:DAD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)\
    (A;;LCRPLORC;;;AU)(A;CIID;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;EA)(A;CIID;CCLCSWRPWPLOCRSDRCWDWO;;;BA)";

/// A writer of records.
struct Ldif<'f> {
    file: &'f mut Growing,
    count: usize,
}

impl Ldif<'_> {
    fn object(&mut self, dn: &str, classes: &[&str]) -> Outcome {
        if self.count > 0 {
            self.file.write_all(b"\r\n")?;
        }
        self.count += 1;
        self.attribute("dn", dn)?;
        self.attribute("changetype", "add")?;
        self.attribute("objectClass", "top")?;
        classes.iter().try_for_each(|class| self.attribute("objectClass", class))
    }

    /// Long lines are folded as `ldifde` folds them. All text here is ASCII, as LDIF wants it.
    fn attribute(&mut self, name: &str, value: &str) -> Outcome {
        let line = format!("{name}: {value}");
        let mut rest = line.as_str();
        let mut room = 78;
        while rest.len() > room {
            let (head, tail) = rest.split_at(room);
            write!(self.file, "{head}\r\n ")?;
            rest = tail;
            room = 77;
        }
        write!(self.file, "{rest}\r\n")?;
        Ok(())
    }
}
