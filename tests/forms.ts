// The cost of forms for programs that use none.
import { createRequire } from 'node:module'
import t from 'tap'
import * as forms from '../lib/forms.ts'
import { Application, Route } from '../lib/index.ts'
import { PlainTextResponse } from '../lib/responses.ts'
import { testClient } from '../lib/testing/client.ts'
import { body, field, MULTIPART } from './support/multipart.ts'

const { cache } = createRequire(import.meta.url)

function isLoaded(name: string): boolean {
  return Object.keys(cache).some((file) => file.includes(`node_modules/${name}/`))
}

t.test('exports the types that handlers need', async (t) => {
  t.same(Object.keys(forms).sort(), ['Form', 'Part', 'UploadFile', 'safeFilename'])
})

t.test('the parser is loaded with the first form, and not before', async (t) => {
  const app = Application({
    routes: [
      Route('/', () => new PlainTextResponse('hello')),
      Route('/form', async (request) => new PlainTextResponse(`${(await request.form()).size}`), {
        methods: ['POST'],
      }),
    ],
  })
  await using client = await testClient(app)
  await client.get('/')
  t.equal(isLoaded('busboy'), false)

  const form = body(field('a', '1'))
  const response = await client.post('/form', {
    body: form,
    headers: { 'content-type': MULTIPART },
  })
  t.equal(await response.text(), '1')
  t.equal(isLoaded('busboy'), true)
})
