// The files of tasks, uploaded and downloaded.
import { fieldsOf, onEachAPI } from '../../support/taskapi.ts'

const CONTENT = new Uint8Array(300).map((_, index) => index)

function formOf(content: Uint8Array<ArrayBuffer>, name = 'a "b" ü.bin', type = 'image/png') {
  const body = new FormData()
  body.append('file', new Blob([content], { type }), name)
  return body
}

onEachAPI('a file comes back as it was, and goes with its task', async (t, api) => {
  const headers = await fieldsOf('ada')
  await api.post('/tasks', { headers, json: { title: 'with a file' } })
  const made = await api.post('/tasks/1/attachments', { headers, body: formOf(CONTENT) })
  t.equal(made.status, 201)
  const shown = await made.json()
  t.match(shown, { id: 1, type: 'image/png', size: 300 })
  t.same(await (await api.get('/tasks/1/attachments', { headers })).json(), [shown])

  const file = await api.get('/tasks/1/attachments/1', { headers })
  t.equal(file.headers.get('content-type'), 'image/png')
  t.match(file.headers.get('content-disposition'), /^attachment; filename=".*\*=utf-8''.*%C3%BC/)
  t.same(new Uint8Array(await file.arrayBuffer()), CONTENT)

  t.equal((await api.get('/tasks/1/attachments/2', { headers })).status, 404)
  t.equal((await api.delete('/tasks/1/attachments/2', { headers })).status, 404)
  t.equal((await api.delete('/tasks/1', { headers })).status, 204)
  t.equal((await api.get('/tasks/1/attachments/1', { headers })).status, 404)
})

onEachAPI('a file can be removed, and is nobody else’s', async (t, api) => {
  const [ada, bob] = [await fieldsOf('ada'), await fieldsOf('bob')]
  await api.post('/tasks', { headers: ada, json: { title: 'with a file' } })
  const strange = formOf(CONTENT, '../../etc/passwd', 'no type')
  const made = await api.post('/tasks/1/attachments', { headers: ada, body: strange })
  t.match(await made.json(), { name: 'passwd', type: 'application/octet-stream' })

  const path = '/tasks/1/attachments/1'
  t.equal((await api.get(path)).status, 401)
  t.equal((await api.get(path, { headers: bob })).status, 404)
  t.equal((await api.delete(path, { headers: bob })).status, 404)
  const refused = formOf(CONTENT)
  const other = await api.post('/tasks/1/attachments', { headers: bob, body: refused })
  t.equal(other.status, 404)
  t.equal((await api.delete(path, { headers: ada })).status, 204)
  t.same(await (await api.get('/tasks/1/attachments', { headers: ada })).json(), [])
})

onEachAPI('a file that is too large is refused, and so is a form without one', async (t, api) => {
  const headers = await fieldsOf('ada')
  await api.post('/tasks', { headers, json: { title: 'with a file' } })
  const send = async (body: FormData) =>
    (await api.post('/tasks/1/attachments', { headers, body })).status
  t.equal(await send(formOf(new Uint8Array(4_900_000))), 201, 'more than other bodies may have')
  t.equal(await send(formOf(new Uint8Array(5_100_000))), 422)
  t.equal(await send(formOf(new Uint8Array(6_100_000))), 413)
  t.equal(await send(new FormData()), 422)
  const stranger = await api.post('/tasks/1/attachments', {
    body: formOf(new Uint8Array(4_900_000)),
  })
  t.equal(stranger.status, 401, 'whoever it is comes first')
})
