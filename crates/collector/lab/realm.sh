#!/bin/bash
# realm.sh DIR: an Active Directory domain (Samba) in namespaces of its own, for the tests of the collector.
#
# It fills DIR, prints "ready" and lives until its standard input ends. It is process 1 of a process namespace, so
# that whatever was started in it ends with it, whether the test that holds the other end of the pipe ends well or
# not; then DIR is removed. Where it cannot start it says why on standard error, and leaves nothing either. Nothing
# outside of DIR is changed; the name of the computer, ports, /etc/hosts, /etc/resolv.conf and /run/samba are its own.
# The process that was started as realm.sh can be entered by its id:
#
#   P=/proc/<id>/ns; nsenter --net=$P/net --mount=$P/mnt --uts=$P/uts --pid=$P/pid_for_children <command>
#
#   DIR/krb5.conf   KRB5_CONFIG for clients
#   DIR/ca.pem      the authority that signed the certificate of the domain controller
#   DIR/http.keytab key of HTTP/cm02.contoso.test, for a web server in the realm
#
# Root is needed, and the packages in lab/packages.
set -euo pipefail

if [ "${2:-}" != inside ]; then
  # Whoever interrupts the tests ends them, and they end this: it has to tidy up.
  trap '' INT
  mkdir -p "$1"
  exec unshare --net --mount --uts --pid --fork --kill-child --mount-proc --propagation private "$0" "$1" inside
fi

D=$(cd "$1" && pwd)
READY=
end() {
  [ -n "$READY" ] || tail -n 20 "$D"/log/* >&2
  exec 2> /dev/null
  # Everything in this process namespace but this process itself, then what it wrote.
  kill -KILL -1 || true
  rm -rf "$D"
}
trap end EXIT
BASE=DC=contoso,DC=test
DOMAIN=S-1-5-21-1111111111-2222222222-3333333333
mkdir -p "$D/log" "$D/run"

printf '127.0.0.1 localhost\n127.0.0.1 dc1.contoso.test dc1\n127.0.0.1 cm02.contoso.test cm02\n' > "$D/hosts"
printf 'nameserver 127.0.0.1\nsearch contoso.test\n' > "$D/resolv.conf"
printf '[global]\n' > "$D/empty.conf"
cat > "$D/krb5.conf" <<K
[libdefaults]
 default_realm = CONTOSO.TEST
 dns_lookup_realm = false
 dns_lookup_kdc = false
 rdns = false
 dns_canonicalize_hostname = false
[realms]
 CONTOSO.TEST = {
  kdc = 127.0.0.1
  admin_server = 127.0.0.1
 }
[domain_realm]
 .contoso.test = CONTOSO.TEST
 contoso.test = CONTOSO.TEST
K

ip link set lo up
hostname cm02
mkdir -p /run/samba
mount --bind "$D/run" /run/samba
mount --bind "$D/hosts" /etc/hosts
mount --bind "$D/resolv.conf" /etc/resolv.conf

samba-tool domain provision --quiet --configfile="$D/empty.conf" --targetdir="$D/ad" --realm=CONTOSO.TEST \
  --domain=CONTOSO --host-name=dc1 --host-ip=127.0.0.1 --server-role=dc --dns-backend=NONE \
  --adminpass='Passw0rd!Adm' --domain-sid=$DOMAIN > "$D/log/provision" 2>&1

mkdir -p "$D/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=lab-ca -keyout "$D/ca.key" -out "$D/ca.pem" 2> "$D/log/tls"
openssl req -newkey rsa:2048 -nodes -subj /CN=dc1.contoso.test -keyout "$D/tls/key.pem" -out "$D/dc.csr" 2>> "$D/log/tls"
printf 'subjectAltName=DNS:dc1.contoso.test\nbasicConstraints=CA:FALSE\n' > "$D/dc.ext"
openssl x509 -req -in "$D/dc.csr" -CA "$D/ca.pem" -CAkey "$D/ca.key" -CAcreateserial -days 30 \
  -extfile "$D/dc.ext" -out "$D/tls/cert.pem" 2>> "$D/log/tls"
chmod 600 "$D/tls/key.pem"

cat > "$D/ad/etc/smb.conf" <<C
[global]
	server role = active directory domain controller
	netbios name = DC1
	realm = CONTOSO.TEST
	workgroup = CONTOSO
	interfaces = lo
	bind interfaces only = yes
	private dir = $D/ad/private
	state directory = $D/ad/state
	cache directory = $D/ad/cache
	lock directory = $D/ad
	log file = $D/log/samba.%m
	log level = 1
	server services = ldap, cldap, kdc, rpc
	ldap server require strong auth = yes
	tls certfile = $D/tls/cert.pem
	tls keyfile = $D/tls/key.pem
	tls cafile = $D/ca.pem
	dsdb:schema update allowed = yes
C

"$(dirname "$0")/seed.sh" "$D" "$BASE" "$DOMAIN" > "$D/log/seed" 2>&1

samba -s "$D/ad/etc/smb.conf" -F --no-process-group < /dev/null > "$D/log/samba" 2>&1 &
for _ in $(seq 300); do
  if ldapsearch -x -H ldap://127.0.0.1 -s base -b '' -LLL dnsHostName > /dev/null 2>&1; then READY=yes; break; fi
  sleep 0.1
done
[ -n "$READY" ]
echo ready
cat > /dev/null
