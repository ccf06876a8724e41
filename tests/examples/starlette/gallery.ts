// The gallery, ported from Starlette, through the test client.
import { type TestClient, testClient, WebSocketDenied } from 'stellula/testclient'
import t, { type Test } from 'tap'
import { app } from '../../../examples/starlette/app.ts'

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

/** A visitor of its own: cookies, and an address that has not used up its attempts. */
function visit(): Promise<TestClient> {
  return testClient(app, { client: { host: `10.1.0.${++visitors}`, port: 1 } })
}

let visitors = 0

async function tokenOn(client: TestClient, path = '/login'): Promise<string> {
  const page = await (await client.get(path)).text()
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

async function logIn(client: TestClient, name = 'ada', password = name): Promise<Response> {
  const fields = { name, password, _csrf: await tokenOn(client) }
  return client.post('/login', { body: new URLSearchParams(fields) })
}

async function upload(client: TestClient, title: string, type = 'image/png'): Promise<Response> {
  const body = new FormData()
  body.append('_csrf', await tokenOn(client, '/'))
  body.append('title', title)
  body.append('photo', new Blob([PNG], { type }), 'any name.php')
  return client.post('/photos', { body })
}

function photoOn(page: string): string {
  return /<img src="([^"]+)"/.exec(page)?.[1] ?? ''
}

t.test('a login shows its page, its errors and a welcome', async (t) => {
  await using client = await visit()
  t.match(await (await client.get('/')).text(), 'There are no photos yet.')
  t.match(await (await client.get('/')).text(), 'Log in')

  const wrong = await logIn(client, 'ada', '<guess>')
  t.equal(wrong.status, 401)
  t.match(await wrong.text(), /role="alert">Name or password is wrong/)
  const page = await (await logIn(client)).text()
  t.match(page, /Welcome, ada\./)
  t.match(page, 'Log out')
  t.notMatch(await (await client.get('/')).text(), /Welcome/, 'a message is shown once')

  const body = new URLSearchParams({ _csrf: await tokenOn(client, '/') })
  t.match(await (await client.post('/logout', { body })).text(), 'Log in')
})

t.test('a form without the token of its session is refused', async (t) => {
  await using client = await visit()
  await using other = await visit()
  const fields = { name: 'ada', password: 'ada' }
  for (const token of ['', await tokenOn(other)]) {
    const body = new URLSearchParams({ ...fields, _csrf: token })
    const headers = { origin: 'http://testserver' }
    t.equal((await client.post('/login', { body, headers })).status, 403)
  }
})

t.test('repeated logins are slowed down', async (t) => {
  await using client = await visit()
  for (let attempt = 0; attempt < 10; attempt++) await logIn(client, 'ada', 'guess')
  t.equal((await logIn(client)).status, 429)
  t.equal((await client.get('/login')).status, 200)
})

t.test('members upload pictures, and all members get them', async (t) => {
  await using client = await visit()
  t.equal((await upload(client, 'Vega')).status, 403, 'a visitor is refused')
  await logIn(client)
  t.match(await (await upload(client, 'A script', 'text/html')).text(), 'Choose a picture')
  const page = await (await upload(client, '<b>Vega</b>')).text()

  t.match(page, '&lt;b&gt;Vega&lt;/b&gt;')
  t.match(page, 'by ada')
  const photo = await client.get(photoOn(page))
  t.equal(photo.headers.get('content-type'), 'image/png')
  t.same(Buffer.from(await photo.arrayBuffer()), PNG)
})

t.test('a missing picture gets a page', async (t) => {
  await using client = await visit()
  for (const path of ['/photos/nothing', '/<i>']) {
    const response = await client.get(path)
    t.equal(response.status, 404)
    const page = await response.text()
    t.match(page, 'There is nothing at')
    t.notMatch(page, '<i>')
  }
})

t.test('each upload is an event', async (t) => {
  await using client = await visit()
  await logIn(client)
  const { body } = await client.get('/news')
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  await reader?.read() // a comment, which opens the stream
  await upload(client, 'Deneb')
  t.equal((await reader?.read())?.value, 'event: news\ndata: {"title":"Deneb","by":"ada"}\n\n')
  await reader?.cancel()
})

t.test('only members can chat, and only from pages of this site', async (t) => {
  await using client = await visit()
  await t.rejects(client.websocket('/talk/socket'), WebSocketDenied)
  const away = await client.get('/talk', { followRedirects: false })
  t.equal(away.headers.get('location'), 'http://testserver/login?next=%2Ftalk')

  await logIn(client)
  t.equal((await client.get('/talk')).status, 200)
  const foreign = { headers: { origin: 'https://elsewhere.example' } }
  await t.rejects(client.websocket('/talk/socket', foreign), WebSocketDenied)
  await talk(t, client)
})

async function talk(t: Test, ada: TestClient): Promise<void> {
  await using socket = await ada.websocket('/talk/socket')
  await socket.sendText('hello')
  t.same(JSON.parse(await socket.receiveText()), { by: 'ada', text: 'hello' })
  await using late = await ada.websocket('/talk/socket')
  t.same(JSON.parse(await late.receiveText()), { by: 'ada', text: 'hello' }, 'the late catch up')
}
