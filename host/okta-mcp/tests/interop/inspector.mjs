// The command line of the MCP Inspector: schemas that every client accepts, each tool, an error, and load,
// over stdio and HTTP, in both eras of the protocol.
//
// Usage: node inspector.mjs PROGRAM

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { FAILING, FAILURE, KNOWN, Report, TOOLS, callEachTool } from './calls.mjs';
import { bounded, environment, home, serve } from './server.mjs';

const program = process.argv[2];
const inspector = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/inspector/clients/cli/build/index.js');
const report = new Report();

/** Runs the Inspector on a target; it ends with an exit code and what it printed. */
function inspect(target, era, args) {
    const options = ['--protocol-era', era, '--format', 'json', ...args];
    // A home of its own: the Inspector keeps files there.
    const env = { ...environment, HOME: home, OKTA_MCP_LOG: 'error' };
    const child = spawn(process.execPath, [inspector, ...target, ...options], { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => (ended.stdout += data));
    child.stderr.on('data', (data) => (ended.stderr += data));
    const end = new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
    return bounded(`inspector ${args.join(' ')}`, end).finally(() => child.kill());
}

async function succeeds(target, era, args) {
    const ended = await inspect(target, era, args);
    assert.equal(ended.code, 0, `${args.join(' ')} ended with ${ended.code}: ${ended.stderr}${ended.stdout}`);
    return { answer: JSON.parse(ended.stdout), told: ended.stderr };
}

const call = (tool, args) => ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];

async function all(name, target, era) {
    await report.check(`${name}: tools/list --strict`, async () => {
        const { answer, told } = await succeeds(target, era, ['--method', 'tools/list', '--strict']);
        const tools = answer.result.tools;
        assert.deepEqual(tools.map((tool) => tool.name), TOOLS);
        assert.equal(told, '', told);
        return `${tools.length} tools, nothing to complain about`;
    });
    await report.check(`${name}: each tool`, async () => {
        const count = await callEachTool(async (tool, args) => {
            const { answer } = await succeeds(target, era, call(tool, args));
            return answer.result.structuredContent;
        });
        return `${count} called`;
    });
    await report.check(`${name}: an error`, async () => {
        const ended = await inspect(target, era, call(...FAILING));
        assert.equal(ended.code, 5, `exit code ${ended.code}: ${ended.stderr}`);
        assert.ok((ended.stdout + ended.stderr).includes(JSON.stringify(FAILURE).slice(1, -1)), ended.stdout + ended.stderr);
        return 'exit code 5';
    });
}

async function load(name, target) {
    await report.check(`${name}: load, 10 at a time`, async () => {
        const args = [...call(...KNOWN), '--load', '--load-concurrency', '10', '--load-duration', '5'];
        const { answer } = await succeeds(target, 'modern', args);
        const { requests, ok, toolErrors, errors, throughput, latencyMs } = answer.result;
        assert.deepEqual({ ok, toolErrors, errors }, { ok: requests, toolErrors: 0, errors: 0 }, JSON.stringify(answer));
        assert.ok(requests >= 10, JSON.stringify(answer));
        const { p50, p90, p99 } = latencyMs;
        return `${requests} calls, 0 errors, ${Math.round(throughput)} per second, p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms`;
    });
}

const http = await serve(program, ['--demo'], { ...environment, OKTA_MCP_LOG: 'error' });
const targets = { stdio: [program, '--demo'], HTTP: [http.url] };
// Two at a time: an invocation takes a second, most of which is Node's start.
for (const [transport, target] of Object.entries(targets)) {
    await Promise.all(['legacy', 'modern'].map((era) => all(`Inspector, ${transport}, ${era}`, target, era)));
}
for (const [transport, target] of Object.entries(targets)) {
    await load(`Inspector, ${transport}`, target);
}
await http.stop();
report.end();
