"""All thirteen tools, called with the official Python SDK of MCP over every transport.

Usage: python all_tools.py PROGRAM

The program is started twice: as an example Okta org (`PROGRAM simulate`) and as a server on it. Every answer
is compared with what the org's raw data (`PROGRAM simulate --dump`) say it must be; the rules are Okta's
documented ones, written anew here. Each check runs over stdin and stdout, Streamable HTTP and the deprecated
HTTP+SSE, in both eras of the protocol where the transport has both: with the handshake (`legacy`) and as the client
negotiates by itself (`auto`). Prints one line per check and ends with `N passed, M failed`; exits 1 if anything failed.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import traceback
import unicodedata
from pathlib import Path

from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.sse import sse_client

ENGINEER = "mara.okonkwo@northwind.example.com"
MANY_GROUPS = "noor.haddad@northwind.example.com"
SECRET = "nwSecretDoNotLeak"
TIMEOUT = 60
CANCELLED = 'tool="list_groups" outcome="cancelled"'


def at(thing, path):
    """The value at a place such as profile.login; None where there is none."""
    for name in path.split("."):
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing


def row(thing, **places):
    """Our names and Okta's places; what Okta does not tell is left out."""
    found = {name: at(thing, path) for name, path in places.items()}
    return {name: value for name, value in found.items() if value is not None}


def passed_on(value):
    """The data as they may reach a client: letters as they are, line breaks as blanks, nothing that is unseen."""
    if isinstance(value, str):
        blanks = "".join(" " if c in "\n\r\t" else c for c in value)
        joiners = "\u200c\u200d"
        return "".join(c for c in blanks if c in joiners or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp"))
    if isinstance(value, list):
        return [passed_on(item) for item in value]
    if isinstance(value, dict):
        return {key: passed_on(item) for key, item in value.items()}
    return value


class Org:
    """The example org's data, and what each tool must answer for its objects."""

    def __init__(self, data):
        self.data = data

    def users(self, condition=lambda user: True):
        return sorted(filter(condition, self.data["users"]), key=lambda user: user["id"])

    def user(self, login):
        return next(user for user in self.data["users"] if user["profile"]["login"] == login)

    def listed(self):
        return self.users(lambda user: user["status"] != "DEPROVISIONED")

    def groups(self):
        return sorted(self.data["groups"], key=lambda group: (group["profile"]["name"].lower(), group["id"]))

    def group(self, name):
        return next(group for group in self.data["groups"] if group["profile"]["name"] == name)

    def groups_of(self, user):
        groups = (group for group in self.data["groups"] if user["id"] in self.data["memberships"][group["id"]])
        return sorted(groups, key=lambda group: group["id"])

    def members(self, group):
        ids = set(self.data["memberships"][group["id"]])
        return self.users(lambda user: user["id"] in ids)

    def app(self, label):
        return next(app for app in self.data["apps"] if app["label"] == label)

    def policies(self, kind):
        policies = (policy for policy in self.data["policies"] if policy["type"] == kind)
        return sorted(policies, key=lambda policy: policy["priority"])

    @staticmethod
    def user_row(user):
        found = row(user, id="id", status="status", login="profile.login", department="profile.department", last_login="lastLogin")
        found["name"] = user["profile"]["firstName"] + " " + user["profile"]["lastName"]
        if user["profile"]["email"] != user["profile"]["login"]:
            found["email"] = user["profile"]["email"]
        return found

    @staticmethod
    def group_row(group):
        found = row(group, id="id", name="profile.name", type="type", description="profile.description")
        if len(found.get("description", "")) > 60:
            found["description"] = found["description"][:59] + "…"
        return found

    @staticmethod
    def app_row(app):
        return row(app, id="id", label="label", status="status", sign_on_mode="signOnMode", name="name")

    @staticmethod
    def app_user_row(user):
        return row(user, id="id", user_name="credentials.userName", status="status", scope="scope")

    @staticmethod
    def factor_row(factor):
        found = row(factor, id="id", type="factorType", provider="provider", status="status", created="created", last_updated="lastUpdated")
        device = at(factor, "profile.name") or at(factor, "profile.authenticatorName")
        return found | ({"device": device} if device else {})

    @staticmethod
    def policy_row(policy):
        found = row(policy, id="id", name="name", type="type", status="status", priority="priority", system="system", description="description")
        if len(found.get("description", "")) > 80:
            found["description"] = found["description"][:79] + "…"
        return found


class Session:
    """A client, and what must hold for each of its answers."""

    def __init__(self, client):
        self.client = client

    async def _call(self, tool, arguments, **more):
        result = await asyncio.wait_for(self.client.call_tool(tool, arguments, **more), TIMEOUT)
        [block] = result.content
        assert block.type == "text" and SECRET not in block.text, f"{tool} {arguments}: {block}"
        return result, block.text

    async def ok(self, tool, arguments, **more):
        result, text = await self._call(tool, arguments, **more)
        assert not result.is_error, text
        assert json.loads(text) == result.structured_content, f"{tool}: text and structure differ"
        return result.structured_content

    async def error(self, tool, arguments):
        result, text = await self._call(tool, arguments)
        assert result.is_error and result.structured_content is None, text
        return text

    async def pages(self, tool, arguments, limit):
        rows, more = [], {}
        while True:
            page = await self.ok(tool, arguments | {"limit": limit} | more)
            assert page["returned"] == len(page["items"]) <= limit, page
            rows += page["items"]
            if "next_cursor" not in page:
                return rows
            more = {"cursor": page["next_cursor"]}


def same(found, expected, least=1):
    """Compares two lists of rows; the data must have something to compare."""
    assert len(expected) >= least, f"{len(expected)} rows in the data"
    for place, (one, other) in enumerate(zip(found, expected)):
        assert one == other, f"row {place}: {one} is not {other}"
    assert len(found) == len(expected), f"{len(found)} rows, expected {len(expected)}"


async def list_users(session, org):
    same(await session.pages("list_users", {}, 200), [org.user_row(user) for user in org.listed()], 1000)


async def get_user(session, org):
    user = org.user(ENGINEER)
    for name in (user["id"], ENGINEER):
        assert await session.ok("get_user", {"user": name}) == org.user_row(user)
    full = await session.ok("get_user", {"user": ENGINEER, "detail": "full"})
    assert full["profile"] == {name: value for name, value in user["profile"].items() if value is not None}


async def search_users(session, org):
    wanted = org.users(lambda user: user["profile"]["department"].lower().startswith("eng") and user["status"] == "ACTIVE")
    found = await session.pages("search_users", {"department": "eng", "status": "ACTIVE"}, 50)
    same(found, [org.user_row(user) for user in wanted], 60)


async def list_groups(session, org):
    same(await session.pages("list_groups", {}, 40), [org.group_row(group) for group in org.groups()], 80)


async def get_group_members(session, org):
    group = org.group("Engineering")
    found = await session.pages("get_group_members", {"group_id": group["id"]}, 60)
    same(found, [org.user_row(user) for user in org.members(group)], 61)


async def get_user_groups(session, org):
    found = await session.pages("get_user_groups", {"user": MANY_GROUPS}, 50)
    same(found, [org.group_row(group) for group in org.groups_of(org.user(MANY_GROUPS))], 80)


async def list_applications(session, org):
    apps = sorted(org.data["apps"], key=lambda app: app["id"])
    same(await session.pages("list_applications", {}, 12), [org.app_row(app) for app in apps], 13)


async def get_application(session, org):
    app = org.app("Invoice Robot")
    assert SECRET in json.dumps(app), "the application has a secret to tell"
    assert await session.ok("get_application", {"app_id": app["id"]}) == org.app_row(app)
    full = await session.ok("get_application", {"app_id": app["id"], "detail": "full"})
    assert full["oauth_settings"]["redirect_uris"] == app["settings"]["oauthClient"]["redirect_uris"]
    assert "client_secret" not in full["oauth_client"], full


async def get_application_users(session, org):
    app = org.app("Northwind Portal")
    found = await session.pages("get_application_users", {"app_id": app["id"]}, 200)
    same(found, [org.app_user_row(user) for user in org.data["appUsers"][app["id"]]], 201)


async def list_user_factors(session, org):
    factors = org.data["factors"][org.user(ENGINEER)["id"]]
    found = await session.ok("list_user_factors", {"user": ENGINEER})
    same(found["items"], [org.factor_row(factor) for factor in factors], 4)


async def get_factor(session, org):
    for factor in org.data["factors"][org.user(ENGINEER)["id"]]:
        assert await session.ok("get_factor", {"user": ENGINEER, "factor_id": factor["id"]}) == org.factor_row(factor)


async def list_policies(session, org):
    kinds = {policy["type"] for policy in org.data["policies"]}
    assert len(kinds) == 12, kinds
    for kind in sorted(kinds):
        found = await session.ok("list_policies", {"type": kind})
        same(found["items"], [org.policy_row(policy) for policy in org.policies(kind)])


async def get_policy(session, org):
    for policy in org.policies("OKTA_SIGN_ON"):
        found = await session.ok("get_policy", {"policy_id": policy["id"]})
        same(
            [rule["actions"] for rule in found["rules"]],
            [rule["actions"] for rule in org.data["policyRules"][policy["id"]]],
        )
        assert found["conditions"]["people"] == policy["conditions"]["people"]


TOOLS = [
    list_users, get_user, search_users, list_groups, get_group_members, get_user_groups, list_applications,
    get_application, get_application_users, list_user_factors, get_factor, list_policies, get_policy,
]


async def the_list_of_tools(session, org):
    tools = (await asyncio.wait_for(session.client.list_tools(), TIMEOUT)).tools
    assert [tool.name for tool in tools] == sorted(check.__name__ for check in TOOLS)
    for tool in tools:
        hints = tool.annotations
        assert hints.read_only_hint and not hints.destructive_hint and tool.description and tool.output_schema


async def the_introduction(session, org):
    assert session.client.server_info.name == "okta-mcp"
    assert session.client.instructions.startswith("Read-only access to one Okta org.")


async def an_error_of_a_tool(session, org):
    text = await session.error("get_user", {"user": "nobody@northwind.example.com"})
    assert text.startswith('No user "nobody@northwind.example.com". Call search_users '), text
    text = await session.error("list_users", {"limit": 500})
    assert text.startswith("The arguments of list_users do not fit: limit: "), text


async def an_unknown_tool(session, org):
    try:
        await asyncio.wait_for(session.client.call_tool("get_usr", {}), TIMEOUT)
    except MCPError as error:
        assert "did you mean `get_user`?" in str(error), error
    else:
        raise AssertionError("a tool that does not exist answered")


async def progress(session, org):
    heard = []

    async def note(done, total, message):
        heard.append((done, message))

    answer = await session.ok("search_users", {"last_login_after": "2031-01-01"}, progress_callback=note)
    assert answer["returned"] == 0, answer
    assert len(heard) >= 3 and heard == sorted(heard), heard
    assert all("users looked at" in message for _, message in heard), heard


CHECKS = [the_introduction, the_list_of_tools, *TOOLS, an_error_of_a_tool, an_unknown_tool, progress]


async def cancellation(client, log, stops):
    """A call that is taken back: the client is free at once, and where it can know, the server stops."""
    session = Session(client)
    before = log.read_text().count(CANCELLED)
    call = asyncio.create_task(client.call_tool("list_groups", {}))
    # A call that came after it is answered: it has begun.
    await session.ok("get_user", {"user": ENGINEER})
    assert not call.done(), call
    call.cancel()
    await asyncio.wait([call], timeout=TIMEOUT)
    assert call.cancelled(), call
    for _ in range(TIMEOUT * 10):
        if not stops or log.read_text().count(CANCELLED) > before:
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError(f"the server did not stop: {log.read_text()}")
    await session.ok("get_user", {"user": ENGINEER})


def start_org(program, home, *more):
    """The example org as a process of its own, and the settings that lead a client to it."""
    org = subprocess.Popen(
        [program, "simulate", "--listen", "127.0.0.1:0", *more], env=environment(home), cwd=home, stdout=subprocess.PIPE, text=True
    )
    settings = {}
    for line in org.stdout:
        words = line.split()
        if words[:1] == ["export"]:
            name, _, value = words[1].partition("=")
            settings[name] = value
        if {"OKTA_ORG_URL", "OKTA_API_TOKEN"} <= settings.keys():
            return org, settings
    raise SystemExit("the example org did not tell its address")


def environment(home):
    return {"PATH": os.environ.get("PATH", ""), "HOME": home}


def start_server(program, home, settings, log):
    """The program over HTTP, and where it listens."""
    server = subprocess.Popen(
        [program, "serve", "--http", "127.0.0.1:0", "--sse", "--iunderstandtherisks"],
        env=environment(home) | settings, cwd=home, stdout=subprocess.PIPE, stderr=log, text=True,
    )
    address = server.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:") and address.endswith("/mcp"), address
    return server, address


class Site:
    """An org, a server on it, and every way to reach it; `log` is what the server has logged."""

    def __init__(self, program, home, name, *org):
        self.log = Path(home) / f"{name}.log"
        self._writes = self.log.open("w")
        self.org, settings = start_org(program, home, *org)
        settings |= {"OKTA_MCP_LOG": "info"}
        self.server, self.http = start_server(program, home, settings, self._writes)
        self._stdio = StdioServerParameters(command=program, args=["serve"], env=environment(home) | settings, cwd=home)

    def stdio(self):
        return stdio_client(self._stdio, errlog=self._writes)

    def sse(self):
        return sse_client(self.http.removesuffix("mcp") + "sse")

    def ways(self):
        """Name, transport, era, the revision that is then spoken, and whether a call that is taken back is stopped."""
        yield "stdio", self.stdio(), "legacy", "2025-11-25", True
        yield "stdio", self.stdio(), "auto", "2026-07-28", True
        # Without a session nothing ties a note of the older revisions to its call.
        yield "HTTP", self.http, "legacy", "2025-11-25", False
        yield "HTTP", self.http, "auto", "2026-07-28", True
        yield "SSE", self.sse(), "legacy", "2025-11-25", True

    def stop(self):
        for process in (self.server, self.org):
            process.kill()
            process.wait()
        self._writes.close()


async def run(program):
    results = []
    with tempfile.TemporaryDirectory() as home:
        dump = subprocess.run([program, "simulate", "--dump"], env=environment(home), cwd=home, capture_output=True, check=True)
        org = Org(passed_on(json.loads(dump.stdout)))
        site = Site(program, home, "site")
        # Groups take longer here than anybody waits.
        slow = Site(program, home, "slow", "--fault", "delay=60s/api/v1/groups")
        try:
            for (name, way, mode, version, stops), (_, late, *_) in zip(site.ways(), slow.ways()):
                where = f"{name} {mode} {version}"
                async with Client(way, mode=mode) as client:
                    assert client.protocol_version == version, f"{mode} speaks {client.protocol_version}"
                    for check in CHECKS:
                        results.append(await passes(check.__name__, check(Session(client), org), where))
                async with Client(late, mode=mode) as client:
                    results.append(await passes("cancellation", cancellation(client, slow.log, stops), where))
        finally:
            site.stop()
            slow.stop()
    return results


async def passes(name, check, where):
    if name not in [tool.__name__ for tool in TOOLS]:
        name = name.replace("_", " ")
    try:
        await check
    except Exception:
        print(f"FAILED  {where}  {name}")
        traceback.print_exc(file=sys.stdout)
        return False
    print(f"ok      {where}  {name}")
    return True


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    results = asyncio.run(run(str(Path(sys.argv[1]).resolve())))
    failed = results.count(False)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
