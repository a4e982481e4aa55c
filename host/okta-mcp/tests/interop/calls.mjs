// What every client must be able to do with the server, whatever library or program it is.

import assert from 'node:assert/strict';

export const TOOLS = [
    'get_application', 'get_application_users', 'get_factor', 'get_group_members', 'get_policy', 'get_user',
    'get_user_groups', 'list_applications', 'list_groups', 'list_policies', 'list_user_factors', 'list_users',
    'search_users',
];

/**
 * Calls each tool once at least, in the order in which somebody would who knows no id: search first.
 * `call(tool, arguments)` gives the structured answer. Returns how many tools were called.
 */
export async function callEachTool(call) {
    const called = new Set();
    const ask = async (tool, args) => {
        called.add(tool);
        const answer = await call(tool, args);
        assert.equal(typeof answer, 'object', `${tool}: ${answer}`);
        return answer;
    };
    const first = (answer, what) => {
        assert.ok(answer.returned > 0 && answer.items.length === answer.returned, `${what}: ${JSON.stringify(answer)}`);
        return answer.items[0];
    };

    const found = first(await ask('search_users', { department: 'Engineering', status: 'ACTIVE', limit: 3 }), 'search_users');
    const user = await ask('get_user', { user: found.login });
    assert.equal(user.id, found.id);
    assert.equal((await ask('list_users', { limit: 2 })).items.length, 2);

    const group = first(await ask('list_groups', { name: 'Engineering' }), 'list_groups');
    first(await ask('get_group_members', { group_id: group.id, limit: 2 }), 'get_group_members');
    first(await ask('get_user_groups', { user: user.id }), 'get_user_groups');

    const app = first(await ask('list_applications', { status: 'ACTIVE', limit: 5 }), 'list_applications');
    assert.equal((await ask('get_application', { app_id: app.id })).id, app.id);
    await ask('get_application_users', { app_id: app.id, limit: 2 });

    const factor = first(await ask('list_user_factors', { user: user.login }), 'list_user_factors');
    assert.equal((await ask('get_factor', { user: user.login, factor_id: factor.id })).id, factor.id);

    const policy = first(await ask('list_policies', { type: 'OKTA_SIGN_ON' }), 'list_policies');
    assert.ok((await ask('get_policy', { policy_id: policy.id })).rules.length > 0);

    assert.deepEqual([...called].sort(), TOOLS);
    return called.size;
}

/** A tool whose answer takes several pages of Okta's, and an argument that nobody meets. */
export const LONG = ['search_users', { last_login_after: '2031-01-01' }];

/** A call that is answered at once. */
export const KNOWN = ['get_user', { user: 'mara.okonkwo@northwind.example.com' }];

/** A call that fails, and how its text begins. */
export const FAILING = ['get_user', { user: 'nobody@northwind.example.com' }];
export const FAILURE = 'No user "nobody@northwind.example.com". Call search_users ';

/** Counts what holds and says what does not. */
export class Report {
    passed = 0;
    failed = 0;

    async check(name, run) {
        try {
            const more = await run();
            this.passed += 1;
            console.log(`ok      ${name}${typeof more === 'string' ? `: ${more}` : ''}`);
        } catch (error) {
            this.failed += 1;
            console.log(`FAILED  ${name}\n${error.stack ?? error}`);
        }
    }

    end() {
        console.log(`${this.passed} passed, ${this.failed} failed`);
        process.exit(this.failed > 0 || this.passed === 0 ? 1 : 0);
    }
}
