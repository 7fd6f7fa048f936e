#!/bin/bash
# web.sh DIR: a web server (Apache) that asks for Kerberos or NTLM, in the realm that realm.sh made in DIR, for an
# administration service that answers without asking. Run it inside of the realm's namespaces.
#
# It prints "ready" and lives until its standard input ends. Port 443 has a certificate of the realm's authority
# for cm02.contoso.test, port 8443 one of its own. Both give what DIR/service, a Unix socket, answers.
#
#   DIR/web/self.pem   the certificate of port 8443
#   DIR/web/ntlm       who may sign in by NTLM, with the password
set -euo pipefail
D=$(cd "$1" && pwd)
W=$D/web
mkdir -p "$W/run"
printf 'CONTOSO:reader:Passw0rd!4\n' > "$W/ntlm"
chmod 644 "$W/ntlm"

openssl req -newkey rsa:2048 -nodes -subj /CN=cm02.contoso.test -keyout "$W/key.pem" -out "$W/web.csr" 2> "$W/tls.log"
printf 'subjectAltName=DNS:cm02.contoso.test\nbasicConstraints=CA:FALSE\n' > "$W/web.ext"
openssl x509 -req -in "$W/web.csr" -CA "$D/ca.pem" -CAkey "$D/ca.key" -CAcreateserial -days 30 \
  -extfile "$W/web.ext" -out "$W/cert.pem" 2>> "$W/tls.log"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=cm02.contoso.test -addext subjectAltName=DNS:cm02.contoso.test \
  -keyout "$W/self.key" -out "$W/self.pem" 2>> "$W/tls.log"

MODULES=/usr/lib/apache2/modules
cat > "$W/httpd.conf" <<C
ServerRoot $W
ServerName cm02.contoso.test
PidFile $W/run/httpd.pid
DefaultRuntimeDir $W/run
Mutex file:$W/run default
ErrorLog $W/error.log
LogLevel info auth_gssapi:debug
LoadModule mpm_event_module $MODULES/mod_mpm_event.so
LoadModule authn_core_module $MODULES/mod_authn_core.so
LoadModule authz_core_module $MODULES/mod_authz_core.so
LoadModule authz_user_module $MODULES/mod_authz_user.so
LoadModule auth_gssapi_module $MODULES/mod_auth_gssapi.so
LoadModule ssl_module $MODULES/mod_ssl.so
LoadModule socache_shmcb_module $MODULES/mod_socache_shmcb.so
LoadModule proxy_module $MODULES/mod_proxy.so
LoadModule proxy_http_module $MODULES/mod_proxy_http.so
User www-data
Group www-data
Listen 127.0.0.1:443
Listen 127.0.0.1:8443
LogFormat "%u %>s %r" c
CustomLog $W/access.log c
KeepAlive On
MaxKeepAliveRequests 0
AllowEncodedSlashes NoDecode
<VirtualHost *:443>
  SSLEngine on
  SSLCertificateFile $W/cert.pem
  SSLCertificateKeyFile $W/key.pem
</VirtualHost>
<VirtualHost *:8443>
  SSLEngine on
  SSLCertificateFile $W/self.pem
  SSLCertificateKeyFile $W/self.key
</VirtualHost>
<Location /AdminService>
  AuthType GSSAPI
  AuthName AdminService
  GssapiAllowedMech krb5
  GssapiAllowedMech ntlmssp
  GssapiConnectionBound On
  GssapiNegotiateOnce Off
  Require valid-user
  ProxyPass unix:$D/service|http://localhost/AdminService nocanon
</Location>
C
chown -R www-data "$W/run"

env KRB5_CONFIG="$D/krb5.conf" KRB5_KTNAME="$D/http.keytab" KRB5RCACHETYPE=none NTLM_USER_FILE="$W/ntlm" \
  NETBIOS_DOMAIN_NAME=CONTOSO NETBIOS_COMPUTER_NAME=CM02 \
  apache2 -f "$W/httpd.conf" -DFOREGROUND < /dev/null > "$W/out.log" 2>&1 &
READY=
for _ in $(seq 100); do
  if (exec 3<> /dev/tcp/127.0.0.1/8443) 2> /dev/null; then READY=yes; break; fi
  sleep 0.1
done
[ -n "$READY" ] || { cat "$W/out.log" "$W/error.log" >&2; exit 1; }
echo ready
cat > /dev/null
kill %1
