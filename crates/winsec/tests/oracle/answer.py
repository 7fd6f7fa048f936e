#!/usr/bin/python3
"""Answers access checks with Samba: reads the lines of `oracle generate` from stdin and writes them to
stdout, each with its answer: the granted bits, or null when access is denied.

Needs python3-samba of the system (`apt-get install python3-samba`), hence /usr/bin/python3.
"""

import json
import sys

from samba import NTSTATUSError
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.security import access_check

ACCESS_DENIED = 0xC0000022


def answer(case):
    descriptor = ndr_unpack(security.descriptor, bytes.fromhex(case["sd"]))
    token = security.token()
    token.sids = [security.dom_sid(sid) for sid in case["sids"]]
    token.num_sids = len(case["sids"])
    if case["take_ownership"]:
        token.privilege_mask = security.SEC_PRIV_TAKE_OWNERSHIP_BIT
    try:
        return access_check(descriptor, token, case["mask"])
    except NTSTATUSError as error:
        if error.args[0] & 0xFFFFFFFF != ACCESS_DENIED:
            raise
        return None


def main():
    for line in sys.stdin:
        case = json.loads(line)
        case["answer"] = answer(case)
        sys.stdout.write(json.dumps(case, separators=(",", ":")) + "\n")


main()
