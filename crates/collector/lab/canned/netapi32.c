/*
 * netapi32.dll with canned answers. The structures are those of the mingw headers, which owe nothing to the crate that
 * the collector takes its own from: a wrong offset shows.
 */
#include <windows.h>
#include <lm.h>
#include <dsrole.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __declspec(dllexport)
#define MACHINE L"S-1-5-21-11-12-13"
#define DOMAIN L"S-1-5-21-21-22-23"

EXPORT NET_API_STATUS WINAPI NetApiBufferFree(LPVOID at) { free(at); return NERR_Success; }

/* Whether no answer is to be a refusal. */
static int whole(void) { return GetEnvironmentVariableW(L"CANNED", NULL, 0) > 0; }

static int known(LPCWSTR server) { return !server || !*server; }

EXPORT NET_API_STATUS WINAPI NetWkstaGetInfo(LPWSTR server, DWORD level, LPBYTE *out) {
  if (!known(server)) return ERROR_BAD_NETPATH;
  if (level != 100) return ERROR_INVALID_LEVEL;
  WKSTA_INFO_100 *info = calloc(1, sizeof *info);
  info->wki100_computername = L"CM02";
  info->wki100_langroup = L"CONTOSO";
  *out = (LPBYTE)info;
  return NERR_Success;
}

EXPORT DWORD WINAPI DsRoleGetPrimaryDomainInformation(LPCWSTR server, DSROLE_PRIMARY_DOMAIN_INFO_LEVEL level, PBYTE *out) {
  if (!known(server)) return ERROR_BAD_NETPATH;
  if (level != DsRolePrimaryDomainInfoBasic) return ERROR_INVALID_PARAMETER;
  DSROLE_PRIMARY_DOMAIN_INFO_BASIC *info = calloc(1, sizeof *info);
  info->MachineRole = DsRole_RoleMemberServer;
  info->DomainNameFlat = L"CONTOSO";
  info->DomainNameDns = L"contoso.test";
  *out = (PBYTE)info;
  return ERROR_SUCCESS;
}

EXPORT VOID WINAPI DsRoleFreeMemory(PVOID at) { free(at); }

/* Two pages, so that going on is tried too; the second has the group that hides its members. */
EXPORT NET_API_STATUS WINAPI NetLocalGroupEnum(LPCWSTR server, DWORD level, LPBYTE *out, DWORD most, LPDWORD read,
                                               LPDWORD total, PDWORD_PTR resume) {
  static LPWSTR names[] = {L"Administrators", L"SMS Admins", L"Hidden"};
  *out = NULL, *read = 0, *total = 3;
  if (level != 0) return ERROR_INVALID_LEVEL;
  DWORD from = *resume ? 2 : 0, count = *resume ? 1 : 2;
  LOCALGROUP_INFO_0 *groups = calloc(count, sizeof *groups);
  for (DWORD i = 0; i < count; i++) groups[i].lgrpi0_name = names[from + i];
  *out = (LPBYTE)groups, *read = count;
  if (*resume || whole()) return NERR_Success;
  *resume = 77;
  return ERROR_MORE_DATA;
}

EXPORT NET_API_STATUS WINAPI NetLocalGroupGetMembers(LPCWSTR server, LPCWSTR group, DWORD level, LPBYTE *out, DWORD most,
                                                     LPDWORD read, LPDWORD total, PDWORD_PTR resume) {
  *out = NULL, *read = 0, *total = 0;
  if (level != 2) return ERROR_INVALID_LEVEL;
  if (!lstrcmpiW(group, L"Hidden")) return ERROR_ACCESS_DENIED;
  if (lstrcmpiW(group, L"Administrators")) return NERR_Success; /* nobody, and no buffer */
  LOCALGROUP_MEMBERS_INFO_2 *members = calloc(3, sizeof *members);
  ConvertStringSidToSidW(MACHINE L"-500", &members[0].lgrmi2_sid);
  members[0].lgrmi2_sidusage = SidTypeUser;
  members[0].lgrmi2_domainandname = L"CM02\\Administrator";
  ConvertStringSidToSidW(DOMAIN L"-512", &members[1].lgrmi2_sid);
  members[1].lgrmi2_sidusage = SidTypeGroup;
  members[1].lgrmi2_domainandname = L"CONTOSO\\Dom\u00e4nen-Admins";
  ConvertStringSidToSidW(DOMAIN L"-1777", &members[2].lgrmi2_sid);
  members[2].lgrmi2_sidusage = SidTypeDeletedAccount;
  *out = (LPBYTE)members, *read = *total = 3;
  return NERR_Success;
}

EXPORT NET_API_STATUS WINAPI NetShareEnum(LPWSTR server, DWORD level, LPBYTE *out, DWORD most, LPDWORD read, LPDWORD total,
                                          LPDWORD resume) {
  *out = NULL, *read = *total = 0;
  if (level != 502) return ERROR_INVALID_LEVEL;
  SHARE_INFO_502 *shares = calloc(2, sizeof *shares);
  shares[0].shi502_netname = L"SMS_PS1";
  shares[0].shi502_path = L"C:\\cm";
  ConvertStringSecurityDescriptorToSecurityDescriptorW(L"O:BAG:SYD:(A;;FA;;;BA)(A;;FA;;;WD)", 1,
                                                       &shares[0].shi502_security_descriptor, NULL);
  shares[1].shi502_netname = L"C$";
  shares[1].shi502_path = L"C:\\";
  *out = (LPBYTE)shares, *read = *total = 2;
  return NERR_Success;
}
