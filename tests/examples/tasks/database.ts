// The database of the tasks: migrations that may run again, and requests that change all or nothing.
import { sql } from 'kysely'
import { Application, HTTPException, PlainTextResponse, Route } from 'stellula'
import { testClient } from 'stellula/testclient'
import t, { type Test } from 'tap'
import { connect, database, transaction } from '../../../examples/tasks/database.ts'
import { migrate } from '../../../examples/tasks/migrations.ts'
import { freshPostgres } from '../../support/freshpostgres.ts'
import { noPostgres } from '../../support/postgres.ts'
import { databaseAt, onEach } from '../../support/taskapi.ts'

const named = (name: string) => ({ name, password: '', role: 'user' }) as const

const app = Application({
  routes: [
    Route('/add/{name}', async (request) => {
      const { name } = request.pathParams
      const db = await transaction.of(request)
      await db.insertInto('users').values(named(name)).execute()
      if (name === 'refused') throw new HTTPException(409)
      if (name === 'bug') throw new Error('a bug')
      await new Promise((resolve) => setTimeout(resolve, 5))
      return new PlainTextResponse(name)
    }),
    Route('/late/{user:int}', async (request) => {
      const db = await transaction.of(request)
      await sql`create table if not exists late
        (reader bigint references users (id) deferrable initially deferred)`.execute(db)
      await sql`insert into late values (${request.pathParams.user})`.execute(db)
      return new PlainTextResponse('done')
    }),
    Route('/names', async (request) => {
      const db = await database.of(request)
      const rows = await db.selectFrom('users').select('name').orderBy('name').execute()
      return new PlainTextResponse(rows.map(({ name }) => name).join(' '))
    }),
  ],
})

onEach('a request changes all or nothing', async (t: Test, where: string) => {
  const overrides = [databaseAt(where)]
  await using client = await testClient(app, { overrides, raiseServerExceptions: false })
  const add = async (name: string) => (await client.get(`/add/${name}`)).status

  t.equal(await add('new'), 200)
  t.equal(await add('refused'), 409)
  t.equal(await add('bug'), 500)
  t.equal(await add('ada'), 500, 'the name is taken')
  const together = await Promise.all(Array.from({ length: 20 }, (_, index) => add(`u${index}`)))
  t.same(new Set(together), new Set([200]), 'requests at the same time take turns')
  const names = (await (await client.get('/names')).text()).split(' ')
  t.equal(names.length, 24)
  t.same(names.slice(0, 4), ['ada', 'admin', 'bob', 'new'])
})

onEach(
  'a commit that fails is the answer, and nothing is left open',
  async (t: Test, where: string) => {
    const overrides = [databaseAt(where)]
    await using client = await testClient(app, { overrides, raiseServerExceptions: false })
    t.equal(
      (await client.get('/late/77')).status,
      500,
      'there is no such user, which the commit tells',
    )
    t.equal((await client.get('/late/1')).status, 200)
    t.equal((await client.get('/add/new')).status, 200)
  },
)

onEach('what is migrated stays as it is', async (t: Test, where: string) => {
  const db = connect(where)
  await migrate(db)
  await db.insertInto('users').values(named('ada')).execute()
  await migrate(db)
  t.match(await db.selectFrom('users').select('name').execute(), [{ name: 'ada' }])
  await db.destroy()
})

t.test('processes that start together migrate once', { skip: noPostgres }, async (t) => {
  const where = await freshPostgres()
  const pools = [connect(where), connect(where), connect(where)]
  await t.resolves(Promise.all(pools.map(migrate)))
  await Promise.all(pools.map((pool) => pool.destroy()))
})

t.test('a database that cannot be reached is reported at the start', async (t) => {
  const overrides = [databaseAt('postgres://nobody@127.0.0.1:1/none')]
  const { app: tasks } = await import('../../../examples/tasks/app.ts')
  await t.rejects(testClient(tasks, { overrides }), /ECONNREFUSED/)
})
