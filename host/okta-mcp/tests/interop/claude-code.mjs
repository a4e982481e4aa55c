// Claude Code: its own health check of the server over stdio and HTTP, and a whole conversation whose model is a
// script. Nothing leaves this machine and no account is needed: the Messages API is forty lines below.
//
// Usage: node claude-code.mjs PROGRAM

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { Report } from './calls.mjs';
import { bounded, environment, home, serve } from './server.mjs';

const program = process.argv[2];
const claude = join(import.meta.dirname, 'node_modules/.bin/claude');
const report = new Report();

/** Runs Claude Code in a home of its own. */
function run(args, env = {}) {
    const quiet = { DISABLE_AUTOUPDATER: '1', DISABLE_TELEMETRY: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
    const child = spawn(claude, args, { env: { ...environment, ...quiet, ...env }, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (text += data));
    const end = new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
    return bounded(`claude ${args[0]}`, end).finally(() => child.kill());
}

/**
 * A model that plays its turns in their order: each is given what the last tool answered and gives the next content.
 * Streams as the Messages API does. Other requests, such as for a conversation's title, get a word.
 */
function scripted(turns) {
    const heard = [];
    const server = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) body += part;
        const asked = request.method === 'POST' && request.url.startsWith('/v1/messages') ? JSON.parse(body) : {};
        if (!asked.messages || request.url.includes('count_tokens')) {
            response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":1}');
            return;
        }
        let content = [{ type: 'text', text: 'ok' }];
        if (asked.tools?.length > 0) {
            const last = asked.messages.at(-1).content;
            const result = Array.isArray(last) ? last.findLast((block) => block.type === 'tool_result') : undefined;
            heard.push(result);
            try {
                content = turns[heard.length - 1]?.(result, asked) ?? content;
            } catch (error) {
                content = [{ type: 'text', text: `turn ${heard.length}: ${error}: ${JSON.stringify(last)}` }];
            }
        }
        const stop = content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn';
        stream(response, asked.model, content, stop);
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
        resolve({ url: `http://127.0.0.1:${server.address().port}`, heard, close: () => server.close() });
    }));
}

function stream(response, model, content, stop) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (type, more) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
    const usage = { input_tokens: 1, output_tokens: 1 };
    send('message_start', { message: { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage } });
    content.forEach((block, index) => {
        const isText = block.type === 'text';
        const start = isText ? { ...block, text: '' } : { ...block, input: {} };
        const delta = isText ? { type: 'text_delta', text: block.text } : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
        send('content_block_start', { index, content_block: start });
        send('content_block_delta', { index, delta });
        send('content_block_stop', { index });
    });
    send('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage });
    send('message_stop', {});
    response.end();
}

let uses = 0;
const use = (name, input) => [{ type: 'tool_use', id: `toolu_${(uses += 1)}`, name, input }];
const text = (result) => (typeof result.content === 'string' ? result.content : result.content.map((block) => block.text ?? '').join(''));

const http = await serve(program, ['--demo'], { ...environment, OKTA_MCP_LOG: 'error' });
const [added, addedHttp] = [
    await run(['mcp', 'add', '--scope', 'user', 'okta', '--', program, '--demo']),
    await run(['mcp', 'add', '--scope', 'user', '--transport', 'http', 'okta-http', http.url]),
];
await report.check('Claude Code: mcp add', () => {
    assert.deepEqual([added.code, addedHttp.code], [0, 0], added.text + addedHttp.text);
});
await report.check('Claude Code: mcp list', async () => {
    const { code, text } = await run(['mcp', 'list']);
    assert.equal(code, 0, text);
    for (const name of ['okta', 'okta-http']) {
        const line = text.split('\n').find((line) => line.startsWith(`${name}: `)) ?? text;
        assert.match(line, /✔ Connected/, text);
    }
    return 'Connected over stdio and HTTP';
});

const config = join(home, 'mcp.json');
writeFileSync(config, JSON.stringify({ mcpServers: { okta: { command: program, args: ['--demo'] } } }));
await report.check('Claude Code: a conversation with a scripted model', async () => {
    const known = [];
    const model = await scripted([
        // Tools are loaded when they are searched for.
        (_, asked) => {
            known.push(JSON.stringify(asked));
            return use('ToolSearch', { query: 'select:mcp__okta__search_users,mcp__okta__list_user_factors,mcp__okta__get_user' });
        },
        () => use('mcp__okta__search_users', { department: 'Engineering', status: 'ACTIVE', limit: 1 }),
        (found) => use('mcp__okta__list_user_factors', { user: JSON.parse(text(found)).items[0].login }),
        () => use('mcp__okta__get_user', { user: 'nobody@northwind.example.com' }),
        () => [{ type: 'text', text: 'The factors are told.' }],
    ]);
    const args = ['-p', 'Which factors does an engineer have?', '--mcp-config', config, '--strict-mcp-config', '--allowedTools', 'mcp__okta'];
    const { code, text: said } = await run(args, { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'none' });
    model.close();
    assert.equal(code, 0, said);
    assert.equal(said.trim(), 'The factors are told.');
    assert.equal(model.heard.length, 5);
    // The model is told of the tools and of what the server says about itself.
    assert.match(known[0], /mcp__okta__search_users/);
    assert.match(known[0], /Read-only access to one Okta org/);
    const [found, factors, missing] = model.heard.slice(2);
    const { items, returned } = JSON.parse(text(found));
    assert.equal(returned, 1);
    assert.equal(items[0].status, 'ACTIVE');
    assert.ok(JSON.parse(text(factors)).items.every((factor) => factor.id && factor.type), text(factors));
    assert.ok(!found.is_error && !factors.is_error);
    // What the model reads of an error names the next call.
    assert.equal(missing.is_error, true);
    assert.match(text(missing), /No user "nobody@northwind.example.com". Call search_users /);
    return '3 tools called, their answers and an error read';
});
await http.stop();
report.end();
