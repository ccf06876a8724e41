// The tasks: made, found, changed and removed, by those who may.
import { fieldsOf, onEachAPI } from '../../support/taskapi.ts'

interface Page {
  readonly items: readonly { readonly id: number; readonly title: string }[]
  readonly total: number
}

onEachAPI('a task is made, changed and removed', async (t, api) => {
  const headers = await fieldsOf('ada')
  const made = await api.post('/tasks', {
    headers,
    json: { title: ' Buy tea ', due: '2026-12-24' },
  })
  t.equal(made.status, 201)
  t.equal(made.headers.get('location'), '/tasks/1')
  const task = (await made.json()) as object
  t.match(task, { id: 1, owner: 2, title: 'Buy tea', notes: '', status: 'open', due: '2026-12-24' })
  t.same(await (await api.get('/tasks/1', { headers })).json(), task)

  const changed = await api.patch('/tasks/1', { headers, json: { status: 'done', due: null } })
  t.same(await changed.json(), { ...task, status: 'done', due: null })
  t.equal((await api.delete('/tasks/1', { headers })).status, 204)
  for (const method of ['get', 'delete'] as const) {
    const missing = await api[method]('/tasks/1', { headers })
    t.equal(missing.status, 404)
    t.match(await missing.json(), { title: 'No such task' })
  }
  t.equal((await api.get('/tasks/9007199254740991', { headers })).status, 404)
})

onEachAPI('tasks are found by words and by status, in pages', async (t, api) => {
  const headers = await fieldsOf('ada')
  const titles = ['100% tea', '1000 teas', 'a_b', 'axb', 'Back\\slash', "Quote ' drop", 'Tea again']
  for (const title of titles) await api.post('/tasks', { headers, json: { title } })
  await api.patch('/tasks/7', { headers, json: { status: 'done' } })
  const found = async (query: string) => {
    const { items } = (await (await api.get(`/tasks?${query}`, { headers })).json()) as Page
    return items.map(({ title }) => title)
  }

  t.same(await found('q=TEA'), ['Tea again', '1000 teas', '100% tea'])
  t.same(await found('q=100%25'), ['100% tea'], 'a percent sign is one')
  t.same(await found('q=a_b'), ['a_b'], 'and so is an underscore')
  t.same(await found('q=k%5Cs'), ['Back\\slash'])
  t.same(await found("q='"), ["Quote ' drop"])
  t.same(await found('q=tea&status=open'), ['1000 teas', '100% tea'])
  t.same(await found('q=nothing'), [])

  const page = await api.get('/tasks?q=tea&limit=1&offset=1', { headers })
  t.match(await page.json(), { total: 3, limit: 1, offset: 1, items: [{ title: '1000 teas' }] })
  t.equal(
    page.headers.get('link'),
    ['first', 'prev', 'next', 'last']
      .map((rel, index) => `<?q=tea&limit=1&offset=${[0, 0, 2, 2][index]}>; rel="${rel}"`)
      .join(', '),
  )
})

onEachAPI('what does not fit is refused, with all that is wrong', async (t, api) => {
  const headers = await fieldsOf('ada')
  const bad = { title: 'nul \0', due: '2026-02-30', status: 'never' }
  const refused = await api.post('/tasks', { headers, json: bad })
  t.equal(refused.status, 422)
  const { errors } = (await refused.json()) as { errors: { pointer: string }[] }
  t.same(errors.map(({ pointer }) => pointer).sort(), ['/due', '/status', '/title'])
  t.equal((await api.patch('/tasks/1', { headers, json: {} })).status, 422)
  t.equal((await api.get('/tasks?limit=0&q=%00', { headers })).status, 422)
  t.equal((await api.post('/tasks', { headers, body: 'title=x' })).status, 415)
})

onEachAPI('a user sees their own tasks, an admin those of all', async (t, api) => {
  const [ada, bob] = [await fieldsOf('ada'), await fieldsOf('bob')]
  const admin = await fieldsOf('admin')
  await api.post('/tasks', { headers: ada, json: { title: 'of Ada' } })

  t.equal((await api.get('/tasks')).status, 401)
  t.match(await (await api.get('/tasks', { headers: bob })).json(), { total: 0, items: [] })
  t.equal((await api.get('/tasks/1', { headers: bob })).status, 404)
  t.equal((await api.patch('/tasks/1', { headers: bob, json: { title: 'x' } })).status, 404)
  t.equal((await api.delete('/tasks/1', { headers: bob })).status, 404)
  t.match(await (await api.get('/tasks', { headers: admin })).json(), { total: 1 })
  t.equal((await api.delete('/tasks/1', { headers: admin })).status, 204)
})
