"""The policy of the bench as an add-on of mitmproxy: allowlist by host and path prefix, known secrets in seven spellings
and token patterns over headers and body of requests, the Authorization header replaced, one JSON line per decision."""
import base64
import json
import os
import re
import time

from mitmproxy import http

RULES = json.loads(os.environ["BENCH_RULES"])
TOKENS = re.compile("|".join(RULES["tokens"]).encode())


def spellings(secret):
    raw = secret.encode()
    for shift in range(3):
        yield base64.b64encode(b"x" * shift + raw)[4 if shift else 0 : -4]
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield raw[::-1]


NEEDLES = [spelling for secret in RULES["secrets"] for spelling in spellings(secret)]


class Policy:
    def __init__(self):
        self.log = open(os.environ["BENCH_LOG"], "a", buffering=1)

    def request(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        allowed = request.host == RULES["host"] and any(request.path.startswith(prefix) for prefix in RULES["prefixes"])
        text = b"\n".join(name + b": " + value for name, value in request.headers.fields) + b"\n" + (request.raw_content or b"")
        if any(needle in text for needle in NEEDLES) or TOKENS.search(text):
            allowed = False
        if allowed:
            request.headers["authorization"] = "Bearer " + RULES["secrets"][0]
        else:
            flow.response = http.Response.make(403, b'{"error":"blocked"}', {"content-type": "application/json"})
        self.log.write(json.dumps({"at": time.time(), "host": request.host, "path": request.path, "verdict": "allow" if allowed else "block"}) + "\n")


addons = [Policy()]
