#!/bin/bash
# seed.sh DIR BASE DOMAIN: the made-up people, groups, computers and rights of the realm, written before it starts.
#
# The domain numbers its objects in the order in which they are made here: svc-naa is DOMAIN-1102, CM01$ is DOMAIN-1110.
set -euo pipefail
D=$1 BASE=$2 DOMAIN=$3
SAM=$D/ad/private/sam.ldb
CONF=--configfile=$D/ad/etc/smb.conf
tool() { samba-tool "$@" -H "$SAM" "$CONF"; }
password() { printf '%s' "$1" | iconv -t UTF-16LE | base64 -w0; }
user() { # name container password
  printf 'dn: CN=%s,%s\nobjectClass: user\nsAMAccountName: %s\nuserPrincipalName: %s@contoso.test\nuserAccountControl: 512\nclearTextPassword:: %s\n\n' \
    "$1" "$2" "$1" "$1" "$(password "$3")"
}
group() { # name groupType members…
  printf 'dn: CN=%s,OU=Groups,%s\nobjectClass: group\nsAMAccountName: %s\ngroupType: %s\n' "$1" "$BASE" "$1" "$2"
  shift 2
  for member; do printf 'member: %s\n' "$member"; done
  printf '\n'
}
computer() { # NAME
  printf 'dn: CN=%s,OU=Servers,%s\nobjectClass: computer\nsAMAccountName: %s$\nuserAccountControl: 4096\ndNSHostName: %s.contoso.test\n\n' \
    "$1" "$BASE" "$1" "${1,,}"
}
FULL=CCDCLCSWRPWPDTLOCRSDRCWDWO # as a directory stores full control
ACCOUNTS="OU=Service Accounts,$BASE" STAFF="OU=Staff,$BASE" GROUPS_="OU=Groups,$BASE"
{
  for ou in 'Service Accounts' Staff Groups Servers Workstations; do
    printf 'dn: OU=%s,%s\nobjectClass: organizationalUnit\n\n' "$ou" "$BASE"
  done
  user svc-naa "$ACCOUNTS" 'Passw0rd!1'
  user svc-push "$ACCOUNTS" 'Passw0rd!2'
  user svc-join "$ACCOUNTS" 'Passw0rd!3'
  user reader "$STAFF" 'Passw0rd!4'
  user pnovak "$STAFF" 'Passw0rd!5'
  user ebrandt "$STAFF" 'Passw0rd!6'
  user jmüller "$STAFF" 'Passw0rd!7'
  user web-cm02 "$ACCOUNTS" 'Passw0rd!8'
  for name in CM01 CM02 SQL01; do computer $name; done
  # Global security groups, nested three deep up to Domain Admins; the one in the middle is domain-local.
  group 'Push Operators' -2147483646 "CN=svc-push,$ACCOUNTS"
  group 'Server Admins' -2147483646 "CN=Push Operators,$GROUPS_"
  group 'CM-Operators' -2147483646 "CN=ebrandt,$STAFF" "CN=jmüller,$STAFF"
  group 'CM-Admins' -2147483644 "CN=pnovak,$STAFF" "CN=CM-Operators,$GROUPS_"
  group 'CM-Site-Servers' -2147483646 "CN=CM01,OU=Servers,$BASE"
  printf 'dn: CN=gmsa-sql,CN=Managed Service Accounts,%s\nobjectClass: msDS-GroupManagedServiceAccount\nsAMAccountName: gmsa-sql$\ndNSHostName: gmsa-sql.contoso.test\nuserAccountControl: 4096\nmsDS-ManagedPasswordInterval: 30\nmsDS-SupportedEncryptionTypes: 28\n\n' "$BASE"
  # The site server may write here and one level below, where it has to write at every level; an account that has no
  # business here may write too.
  printf 'dn: CN=System Management,CN=System,%s\nobjectClass: container\nnTSecurityDescriptor: %s\n\n' "$BASE" \
    "O:DAG:DAD:(A;CINP;$FULL;;;$DOMAIN-1110)(A;CI;$FULL;;;$DOMAIN-1102)(A;CI;GA;;;DA)(A;CI;GA;;;SY)(A;CI;GR;;;AU)"
} > "$D/seed.ldif"
ldbadd -H "$SAM" "$D/seed.ldif"
tool group addmembers 'Domain Admins' 'Server Admins'
# A domain controller names itself when it updates its names in the DNS, which this one has none of.
samba-tool spn add ldap/dc1.contoso.test 'DC1$' -H "$SAM" "$CONF"
samba-tool spn add HTTP/cm02.contoso.test web-cm02 -H "$SAM" "$CONF"
samba-tool domain exportkeytab "$D/http.keytab" --principal=HTTP/cm02.contoso.test "$CONF"
chmod 644 "$D/http.keytab"
