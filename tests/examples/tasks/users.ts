// The users of the tasks: signing up, logging in, and what admins may do.
import { fieldsOf, onEachAPI } from '../../support/taskapi.ts'

onEachAPI('a user signs up and logs in', async (t, api) => {
  const eve = { name: 'eve', password: 'correct horse battery' }
  const made = await api.post('/signup', { json: eve })
  t.equal(made.status, 201)
  t.same(await made.json(), { id: 4, name: 'eve', role: 'user' }, 'no password is shown')
  const taken = await api.post('/signup', { json: eve })
  t.equal(taken.status, 409)
  t.match(await taken.json(), { title: 'The name is taken', status: 409 })

  const { token } = (await (await api.post('/login', { json: eve })).json()) as { token: string }
  const me = await api.get('/me', { headers: { authorization: `Bearer ${token}` } })
  t.same(await me.json(), { id: 4, name: 'eve', role: 'user' })
  for (const json of [
    { ...eve, password: 'wrong' },
    { ...eve, name: 'nobody' },
  ]) {
    const refused = await api.post('/login', { json })
    t.equal(refused.status, 401)
    t.equal(refused.headers.get('content-type'), 'application/problem+json')
    t.equal(refused.headers.get('www-authenticate'), 'Bearer')
  }
})

onEachAPI('all that is wrong with a body is told at once', async (t, api) => {
  const refused = await api.post('/signup', { json: { name: 'a\0', password: 'short' } })
  t.equal(refused.status, 422)
  t.match(await refused.json(), { errors: [{ pointer: '/name' }, { pointer: '/password' }] })
  const malformed = await api.post('/signup', {
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  t.equal(malformed.status, 400)
})

onEachAPI('guesses are limited', async (t, api) => {
  const json = { name: 'x' }
  for (let guess = 0; guess < 30; guess++) await api.post('/login', { json })
  const refused = await api.post('/login', { json })
  t.equal(refused.status, 429)
  t.ok(Number(refused.headers.get('retry-after')) > 0)
})

onEachAPI('a role that is given or taken away counts at once', async (t, api) => {
  const [ada, admin] = [await fieldsOf('ada'), await fieldsOf('admin')]
  t.equal((await api.get('/users')).status, 401)
  const forbidden = await api.get('/users', { headers: ada })
  t.equal(forbidden.status, 403)
  t.match(await forbidden.json(), { title: 'Forbidden', status: 403 })

  const list = await api.get('/users?limit=1&offset=1', { headers: admin })
  t.same(await list.json(), {
    ...{ limit: 1, offset: 1, total: 3, items: [{ id: 2, name: 'ada', role: 'user' }] },
  })
  t.match(list.headers.get('link'), '<?limit=1&offset=0>; rel="prev"')

  const give = async (role: string, id = 2) =>
    (await api.patch(`/users/${id}`, { headers: admin, json: { role } })).status
  t.equal(await give('admin'), 200)
  t.equal((await api.get('/users', { headers: ada })).status, 200)
  t.equal(await give('user'), 200)
  t.equal((await api.get('/users', { headers: ada })).status, 403)
  t.equal(await give('emperor'), 422)
  t.equal(await give('user', 77), 404)
})

onEachAPI('a token that is forged or of a user who is gone is refused', async (t, api) => {
  for (const headers of [{ authorization: 'Bearer x.y.z' }, await fieldsOf('nobody')]) {
    t.equal((await api.get('/me', { headers })).status, 401)
  }
})
