// The official TypeScript SDKs, 1.x and 2.x, over stdio and HTTP, in each era that they speak.
//
// Usage: node typescript.mjs PROGRAM

import assert from 'node:assert/strict';

import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';

import { FAILING, FAILURE, KNOWN, LONG, Report, TOOLS, callEachTool } from './calls.mjs';
import { bounded, environment, eventually, home, serve, slowOrg } from './server.mjs';

const program = process.argv[2];
const report = new Report();
const info = { name: 'interop', version: '1' };

const SDKS = [
    {
        name: 'TypeScript SDK 1.x',
        client: () => new ClientV1(info),
        call: (client, params, options) => client.callTool(params, undefined, options),
        Stdio: StdioV1,
        Http: HttpV1,
        version: '2025-11-25',
    },
    ...[['legacy', '2025-11-25'], ['auto', '2026-07-28']].map(([mode, version]) => ({
        name: `TypeScript SDK 2.x, ${mode}`,
        client: () => new ClientV2(info, { versionNegotiation: { mode } }),
        call: (client, params, options) => client.callTool(params, options),
        Stdio: StdioV2,
        Http: HttpV2,
        version,
    })),
];

/** A client on a server; `log()` is what that server has logged. */
async function connect(sdk, where, env, args) {
    const client = sdk.client();
    if (where.url) {
        await bounded('connecting', client.connect(new sdk.Http(new URL(where.url))));
        return { client, log: () => where.stderr, close: () => client.close() };
    }
    const transport = new sdk.Stdio({ command: program, args, env, cwd: home, stderr: 'pipe' });
    let log = '';
    transport.stderr.on('data', (data) => (log += data));
    await bounded('connecting', client.connect(transport));
    return { client, log: () => log, close: () => client.close() };
}

async function ok(sdk, client, name, args, options) {
    const result = await bounded(name, sdk.call(client, { name, arguments: args }, options));
    assert.ok(!result.isError, JSON.stringify(result.content));
    assert.equal(result.content.length, 1);
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
    return result.structuredContent;
}

async function all(sdk, transport, where, slow, slowEnv) {
    const name = `${sdk.name}, ${transport}`;
    const { client, close } = await connect(sdk, where, environment, ['--demo']);
    await report.check(`${name}: list`, async () => {
        const { tools } = await bounded('tools/list', client.listTools());
        assert.deepEqual(tools.map((tool) => tool.name), TOOLS);
        assert.ok(tools.every((tool) => tool.title && tool.outputSchema && tool.annotations.readOnlyHint));
        assert.equal(client.getServerVersion().name, 'okta-mcp');
        assert.match(client.getInstructions(), /^Read-only/);
    });
    // The first SDK speaks one revision and does not tell it.
    if (client.getNegotiatedProtocolVersion) {
        await report.check(`${name}: the revision`, () => {
            assert.equal(client.getNegotiatedProtocolVersion(), sdk.version);
            return sdk.version;
        });
    }
    await report.check(`${name}: each tool`, async () => {
        const count = await callEachTool((tool, args) => ok(sdk, client, tool, args));
        return `${count} called`;
    });
    await report.check(`${name}: an error`, async () => {
        const [tool, args] = FAILING;
        const result = await bounded(tool, sdk.call(client, { name: tool, arguments: args }));
        assert.equal(result.isError, true);
        assert.equal(result.structuredContent, undefined);
        assert.ok(result.content[0].text.startsWith(FAILURE), result.content[0].text);
        await assert.rejects(bounded(tool, sdk.call(client, { name: 'get_usr', arguments: {} })), /did you mean `get_user`/);
    });
    await report.check(`${name}: progress`, async () => {
        const told = [];
        const [tool, args] = LONG;
        const answer = await ok(sdk, client, tool, args, { onprogress: (progress) => told.push(progress) });
        assert.equal(answer.returned, 0);
        assert.ok(told.length >= 3, JSON.stringify(told));
        assert.ok(told.every((progress, place) => place === 0 || progress.progress > told[place - 1].progress));
        assert.ok(told.every((progress) => progress.message.includes('users looked at')));
        return `${told.length} messages`;
    });
    await close();
    await report.check(`${name}: cancellation`, async () => {
        const { client, close, log } = await connect(sdk, slow, slowEnv, []);
        const cancelled = () => log().split('tool="list_groups" outcome="cancelled"').length - 1;
        const before = cancelled();
        const controller = new AbortController();
        const call = sdk.call(client, { name: 'list_groups', arguments: {} }, { signal: controller.signal });
        const refused = assert.rejects(bounded('the cancelled call', call));
        // A call that came after it is answered: it has begun.
        await ok(sdk, client, ...KNOWN);
        controller.abort('enough');
        await refused;
        const heard = transport === 'HTTP' && sdk.version !== '2026-07-28'
            // Without a session nothing ties the note to its call: the older revisions have no other way.
            ? 'the client is free; the server, which has no sessions, goes on'
            : await eventually('the end of the call on the server', () => cancelled() > before && 'the server has stopped');
        await ok(sdk, client, ...KNOWN);
        await close();
        return heard;
    });
}

const http = await serve(program, ['--demo']);
const org = await slowOrg(program);
const slow = await serve(program, [], org.env);
for (const sdk of SDKS) {
    await all(sdk, 'stdio', {}, {}, org.env);
    await all(sdk, 'HTTP', http, slow, org.env);
}
await Promise.all([http.stop(), org.stop()]);
slow.child.kill('SIGKILL');
report.end();
