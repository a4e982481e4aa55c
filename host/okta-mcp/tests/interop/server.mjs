// The program as a client meets it: how to start it, where it listens, and what it writes to its log.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIMEOUT = 30_000;

/** A home with nothing in it; no settings can be found by chance. */
export const home = mkdtempSync(join(tmpdir(), 'okta-mcp-interop-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

export const environment = { PATH: process.env.PATH, HOME: home, OKTA_MCP_LOG: 'info' };

/** Waits for what `look` finds, but not for ever. */
export async function eventually(what, look) {
    const end = Date.now() + TIMEOUT;
    for (;;) {
        const found = await look();
        if (found) return found;
        if (Date.now() > end) throw new Error(`${what}: still waiting after ${TIMEOUT / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/** Fails where `promise` takes for ever. */
export function bounded(what, promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what}: no answer`)), TIMEOUT);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A process, and what it has written so far. */
class Process {
    constructor(program, args, env) {
        this.stdout = '';
        this.stderr = '';
        this.child = spawn(program, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
        this.child.stdout.on('data', (data) => (this.stdout += data));
        this.child.stderr.on('data', (data) => (this.stderr += data));
    }

    async tells(what, pattern) {
        const found = await eventually(what, () => {
            if (this.child.exitCode !== null) throw new Error(`${what}: ended with ${this.child.exitCode}: ${this.stderr}`);
            return this.stdout.match(pattern);
        });
        return found[1];
    }

    async stop() {
        const ended = new Promise((resolve) => this.child.once('exit', resolve));
        this.child.kill('SIGTERM');
        await bounded('the end of a process', ended);
    }
}

/** The program over HTTP. */
export async function serve(program, args, env = environment) {
    const server = new Process(program, ['serve', '--http', '127.0.0.1:0', ...args], env);
    server.url = await server.tells('the address of the server', /^(http:\S+\/mcp)$/m);
    server.sse = server.url.replace(/mcp$/, 'sse');
    return server;
}

/** An org whose groups take as long as nobody waits, and the environment that leads to it. */
export async function slowOrg(program) {
    const org = new Process(program, ['simulate', '--listen', '127.0.0.1:0', '--fault', 'delay=60s/api/v1/groups'], environment);
    const url = await org.tells('the address of the org', /export OKTA_ORG_URL=(\S+)/);
    const token = await org.tells('the token of the org', /export OKTA_API_TOKEN=(\S+)/);
    org.env = { ...environment, OKTA_ORG_URL: url, OKTA_API_TOKEN: token };
    return org;
}
