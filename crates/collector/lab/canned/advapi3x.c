/*
 * Canned answers for some calls of advapi32.dll. Everything else that the program imports is handed on to the real one
 * (see canned.sh), which Wine needs whole.
 */
#include <windows.h>
#include <aclapi.h>
#include <ntsecapi.h>
#include <sddl.h>
#include <wchar.h>

#define EXPORT __declspec(dllexport)
#define MACHINE L"S-1-5-21-11-12-13"
#define DOMAIN L"S-1-5-21-21-22-23"

static int is(PLSA_UNICODE_STRING text, LPCWSTR name) {
  return text->Length == 2 * wcslen(name) && !wcsncmp(text->Buffer, name, wcslen(name));
}

EXPORT NTSTATUS WINAPI canned_LsaEnumerateAccountsWithUserRight(LSA_HANDLE policy, PLSA_UNICODE_STRING right, PVOID *out,
                                                                PULONG count) {
  *out = NULL, *count = 0;
  if (is(right, L"SeSyncAgentPrivilege")) return 0xC0000060; /* STATUS_NO_SUCH_PRIVILEGE */
  if (!is(right, L"SeServiceLogonRight")) return 0x8000001A; /* STATUS_NO_MORE_ENTRIES */
  LSA_ENUMERATION_INFORMATION *holders = LocalAlloc(LPTR, 2 * sizeof *holders);
  ConvertStringSidToSidW(L"S-1-5-80-0", &holders[0].Sid);
  ConvertStringSidToSidW(DOMAIN L"-1105", &holders[1].Sid);
  *out = holders, *count = 2;
  return 0;
}

EXPORT NTSTATUS WINAPI canned_LsaQueryInformationPolicy(LSA_HANDLE policy, POLICY_INFORMATION_CLASS kind, PVOID *out) {
  if (kind != PolicyAccountDomainInformation) return 0xC000000D;
  POLICY_ACCOUNT_DOMAIN_INFO *info = LocalAlloc(LPTR, sizeof *info);
  ConvertStringSidToSidW(MACHINE, &info->DomainSid);
  *out = info;
  return 0;
}

EXPORT NTSTATUS WINAPI canned_LsaFreeMemory(PVOID at) { LocalFree(at); return 0; }

EXPORT BOOL WINAPI canned_LookupAccountNameW(LPCWSTR server, LPCWSTR name, PSID sid, LPDWORD len, LPWSTR domain,
                                             LPDWORD domain_len, PSID_NAME_USE use) {
  LPCWSTR text = NULL;
  if (!lstrcmpiW(name, L"Administrators")) text = L"S-1-5-32-544";
  if (!lstrcmpiW(name, L"CM02\\SMS Admins")) text = MACHINE L"-1004";
  if (!lstrcmpiW(name, L"CM02\\Hidden")) text = MACHINE L"-1005";
  PSID found;
  if (!text || !ConvertStringSidToSidW(text, &found)) { SetLastError(ERROR_NONE_MAPPED); return FALSE; }
  if (*len < GetLengthSid(found)) { SetLastError(ERROR_INSUFFICIENT_BUFFER); return FALSE; }
  CopySid(*len, sid, found);
  *len = GetLengthSid(found), *domain = 0, *domain_len = 0, *use = SidTypeAlias;
  return TRUE;
}

/* Folders: C:\cm with three below it, of which one is refused, one only inherits and one has entries of its own. */
EXPORT DWORD WINAPI canned_GetNamedSecurityInfoW(LPWSTR name, SE_OBJECT_TYPE kind, SECURITY_INFORMATION what, PSID *owner,
                                                 PSID *group, PACL *dacl, PACL *sacl, PSECURITY_DESCRIPTOR *out) {
  LPCWSTR text = NULL;
  *out = NULL;
  if (what != (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)) return ERROR_INVALID_PARAMETER;
  if (kind == SE_SERVICE) text = L"O:SYG:SYD:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)";
  int whole = GetEnvironmentVariableW(L"CANNED", NULL, 0) > 0; /* no answer is to be a refusal */
  if (kind == SE_FILE_OBJECT && wcsstr(name, L"\\cm\\denied") && !whole) return ERROR_ACCESS_DENIED;
  if (kind == SE_FILE_OBJECT && wcsstr(name, L"\\cm\\inherits")) text = L"O:BAG:SYD:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)";
  if (kind == SE_FILE_OBJECT && wcsstr(name, L"\\cm\\own"))
    text = L"O:BAG:SYD:AI(A;OICI;0x1301bf;;;" DOMAIN L"-1105)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)";
  if (kind == SE_FILE_OBJECT && !text && wcsstr(name, L"\\cm")) text = L"O:BAG:SYD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)";
  if (!text) return ERROR_FILE_NOT_FOUND;
  return ConvertStringSecurityDescriptorToSecurityDescriptorW(text, 1, out, NULL) ? ERROR_SUCCESS : GetLastError();
}
