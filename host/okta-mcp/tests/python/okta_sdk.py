"""The example org, read with the official Python SDK of Okta: what a foreign client believes to be Okta.

Usage: python okta_sdk.py PROGRAM

The org is started with `PROGRAM simulate`; every list is compared with its raw data (`simulate --dump`). The
SDK lists users, groups, applications, factors and policies with an API token, pages through, waits out a 429,
and does the same with an access token that it gets by private_key_jwt and DPoP. It insists on https, which the
example org does not speak: the SDK's own switch for tests (testingDisableHttpsCheck) lets it go on.

Prints one line per check; exits 1 if one fails.
"""

import asyncio
import collections
import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto.jwk import JWK
from okta.client import Client
from okta.models.application import Application
from okta.models.user import User
from okta.pagination import PaginationHelper
from pydantic import ValidationError

# The SDK's models are stricter than Okta: a name of more than 50 letters, or an application of Okta's own catalogue
# whose settings are not those of its template, refuses the whole page. The example org has some of both on purpose,
# as real orgs do; here such an object is kept with its id alone, and counted.
REFUSED = {"User": 9, "Application": 3}
refused = collections.Counter()


def tolerant(model):
    strict = model.from_dict

    def from_dict(thing):
        try:
            return strict(thing)
        except ValidationError:
            refused[model.__name__] += 1
            return model.model_construct(id=thing["id"])

    model.from_dict = from_dict


tolerant(User)
tolerant(Application)

ENGINEER = "mara.okonkwo@northwind.example.com"


class Org:
    """`PROGRAM simulate` with some more arguments, as a process of its own."""

    def __init__(self, program, *arguments):
        command = [program, "simulate", "--listen", "127.0.0.1:0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        found = {}
        while not {"OKTA_ORG_URL", "OKTA_API_TOKEN"} <= found.keys() or "Ctrl-C" not in line:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the example org ended before it told its address")
            for word in line.split():
                name, equals, value = word.partition("=")
                if equals:
                    found.setdefault(name, value)
        self.url, self.token = found["OKTA_ORG_URL"], found["OKTA_API_TOKEN"]
        self.settings = found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def with_api_token(self):
        return Client({"orgUrl": self.url, "token": self.token})

    def as_service_app(self, key, scopes, dpop=True):
        return Client({
            "orgUrl": self.url,
            "authorizationMode": "PrivateKey",
            "clientId": self.settings["OKTA_CLIENT_ID"],
            "privateKey": key,
            "scopes": scopes,
            "dpopEnabled": dpop,
        })


def told(answer):
    """The list and the response of a call that must not fail."""
    items, response, error = answer
    assert error is None, error
    return items, response


async def all_pages(method, **arguments):
    """Every item and the number of pages."""
    items, pages, after = [], 0, None
    while True:
        page, response = told(await method(**arguments, **({"after": after} if after else {})))
        items += page
        pages += 1
        after = next_cursor(response)
        if after is None:
            return items, pages


def next_cursor(response):
    return PaginationHelper.extract_next_cursor(response.headers)


def ids(things):
    return sorted(thing["id"] if isinstance(thing, dict) else thing.id for thing in things)


async def lists(sdk, data):
    """Users, groups, applications, factors and policies are the org's own."""
    refused.clear()
    living = [user for user in data["users"] if user["status"] != "DEPROVISIONED"]
    users, pages = await all_pages(sdk.list_users, limit=200)
    assert ids(users) == ids(living) and pages == -(-len(living) // 200), (len(users), len(living), pages)
    print(f"ok: {len(users)} users on {pages} pages")

    groups, pages = await all_pages(sdk.list_groups, limit=50)
    assert ids(groups) == ids(data["groups"]) and pages > 1, (len(groups), len(data["groups"]), pages)
    print(f"ok: {len(groups)} groups on {pages} pages")

    apps, pages = await all_pages(sdk.list_applications, limit=20)
    assert ids(apps) == ids(data["apps"]) and pages > 1, (len(apps), len(data["apps"]), pages)
    print(f"ok: {len(apps)} applications on {pages} pages")

    assert dict(refused) == REFUSED, refused
    print(f"ok: of them the SDK's models refuse {REFUSED['User']} users and {REFUSED['Application']} applications")

    engineer = next(user for user in data["users"] if user["profile"]["login"] == ENGINEER)
    factors, _ = told(await sdk.list_factors(engineer["id"]))
    assert factors, "the engineer has factors"
    print(f"ok: {len(factors)} factors of {ENGINEER}")

    policies, _ = told(await sdk.list_policies(type="PASSWORD"))
    expected = [policy for policy in data["policies"] if policy["type"] == "PASSWORD"]
    assert ids(policies) == ids(expected), (ids(policies), ids(expected))
    print(f"ok: {len(policies)} password policies")


async def check(program):
    data = json.loads(subprocess.check_output([program, "simulate", "--dump"]))
    with Org(program) as org:
        await lists(org.with_api_token(), data)

    with Org(program, "--fault", "rate-limit=2@1/api/v1/groups") as org:
        groups, _ = told(await org.with_api_token().list_groups(limit=3))
        assert len(groups) == 3
        print("ok: a 429 was waited out")

    with tempfile.TemporaryDirectory() as folder:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = Path(folder, "public.jwk")
        public.write_text(JWK.from_pem(pem).export_public())
        key = pem.decode()
        scopes = ["okta.users.read", "okta.groups.read", "okta.apps.read", "okta.policies.read"]
        with Org(program, "--service-app", str(public), "--require-dpop") as org:
            await lists(org.as_service_app(key, scopes), data)
            print("ok: all of it with private_key_jwt and DPoP")
            _, _, error = await org.as_service_app(key, scopes, dpop=False).list_users(limit=1)
            assert "invalid_dpop_proof" in str(error), error
            print("ok: without a proof there is no token")
            try:
                _, _, error = await org.as_service_app(key, scopes[1:]).list_users(limit=1)
                assert error is not None
            except json.JSONDecodeError:
                pass  # Okta's 403 has no body then, which the SDK does not expect.
            print("ok: a token without the scope opens nothing")
        with Org(program, "--service-app", str(public)) as org:
            await lists(org.as_service_app(key, scopes, dpop=False), data)
            print("ok: all of it with private_key_jwt and a bearer token")


logging.getLogger("okta-sdk-python").setLevel(logging.CRITICAL)
# The SDK reads settings from its environment: the ones that somebody has set for a real org are not for this one.
for name in [name for name in os.environ if name.startswith("OKTA_")]:
    del os.environ[name]
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"
asyncio.run(check(sys.argv[1]))
