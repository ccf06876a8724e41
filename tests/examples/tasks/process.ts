// The tasks as `npm run tasks` starts them: they end when they are asked to, and keep their data.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startExample } from '../../support/program.ts'

const PASSWORD = 'correct horse battery'

t.test('data, users and tokens are kept after a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stellula-tasks-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const env = {
    DATABASE_URL: join(folder, 'tasks.db'),
    TASKS_SECRET: 'a secret of thirty-two characters',
    ADMIN_PASSWORD: PASSWORD,
  }

  const first = await startExample(t, 'tasks', env)
  const post = (path: string, body: unknown, headers = {}) =>
    fetch(`${first.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const login = await post('/login', { name: 'admin', password: PASSWORD })
  const headers = { authorization: `Bearer ${((await login.json()) as { token: string }).token}` }
  t.equal((await post('/tasks', { title: 'stay' }, headers)).status, 201)
  t.equal(await first.stop(), 0, 'it ends by itself')

  const second = await startExample(t, 'tasks', env)
  const tasks = await fetch(`${second.url}/tasks`, { headers })
  t.match(await tasks.json(), { total: 1, items: [{ title: 'stay' }] })
  const users = await fetch(`${second.url}/users`, { headers })
  t.match(await users.json(), { total: 1, items: [{ name: 'admin', role: 'admin' }] })
})
