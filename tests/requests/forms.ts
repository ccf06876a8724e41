// Runs alone: counts the descriptors of its process.
// Forms of a request: how it keeps them, and how long.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { httpMiddleware } from '../../lib/authoring/httpmiddleware.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import type { Form, UploadFile } from '../../lib/forms.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { type Handler, Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { descriptors, more } from '../support/descriptors.ts'
import { body, field, file, MULTIPART } from '../support/multipart.ts'
import { httpScope, receiving } from '../support/scopes.ts'
import { eventually } from '../support/sockets.ts'

const OPTIONS = { maxMemorySize: 10 }
const CONTENT = 'more than ten bytes'
const UPLOAD = body(field('a', '1'), file('f', 'f.txt', CONTENT))

function posted(bytes: Uint8Array, contentType = MULTIPART): Request {
  const headers = ['content-type', contentType]
  const part = { type: 'http.request', body: bytes, moreBody: false } as const
  return new Request(httpScope({ method: 'POST', headers }), receiving([part]))
}

async function fileOf(request: Request): Promise<UploadFile> {
  const upload = (await request.form(OPTIONS)).file('f')
  if (upload === null) throw new Error('there is no file')
  return upload
}

t.test('keeps the form: RQ-27', async (t) => {
  const request = posted(UPLOAD)
  const [first, second] = await Promise.all([request.form(OPTIONS), request.form()])

  t.equal(first, second)
  await request.close()
})

t.test('reads the form of a body that was read before: FM-25, RQ-28', async (t) => {
  const request = posted(UPLOAD)
  await request.bytes()
  t.equal((await request.form()).text('a'), '1')

  const urlencoded = posted(Buffer.from('a=1'), 'application/x-www-form-urlencoded')
  t.equal((await urlencoded.form()).text('a'), '1')
  t.equal(await urlencoded.text(), 'a=1', 'and the body after its form')
})

t.test('does not read a body twice', async (t) => {
  const streamed = posted(UPLOAD)
  for await (const _ of streamed.stream());
  await t.rejects(streamed.form(), /^request\.form: the body was already read as a stream/)

  const split = posted(UPLOAD)
  for await (const _ of split.parts());
  await t.rejects(split.form(), /^request\.form: the body was already read as a stream/)
  await t.rejects(split.parts().next(), /^request\.parts: the body was already read as a stream/)
})

/** Posts the upload to a handler; gives what came back, and the file that the handler saw. */
async function run(
  handler: (request: Request, upload: UploadFile) => ReturnType<Handler>,
): Promise<{ status: number; text: string; upload: UploadFile }> {
  const seen: UploadFile[] = []
  const handle = async (request: Request) => {
    const upload = await fileOf(request)
    seen.push(upload)
    return handler(request, upload)
  }
  const app = Application({ routes: [Route('/', handle, { methods: ['POST'] })] })
  await using client = await testClient(app, { raiseServerExceptions: false })
  const headers = { 'content-type': MULTIPART }
  const response = await client.post('/', { body: UPLOAD, headers })
  const text = await response.text()
  const [upload] = seen
  if (upload === undefined) throw new Error(text)
  return { status: response.status, text, upload }
}

const CLOSED = /its form was closed/

t.test('files are deleted when the response is sent', async (t) => {
  const before = descriptors()
  const { text, upload } = await run(async (_, upload) => {
    t.equal(descriptors(), before + more(1))
    return new PlainTextResponse(await upload.text())
  })

  t.equal(text, CONTENT)
  await t.rejects(upload.text(), CLOSED)
  t.equal(descriptors(), before)
})

t.test('files stay for a streamed response and for background work', async (t) => {
  const before = descriptors()
  const { text, upload } = await run(
    (_, upload) => new StreamingResponse(upload.stream(), { mediaType: 'text/plain' }),
  )
  t.equal(text, CONTENT)
  await t.rejects(upload.text(), CLOSED)

  const done: string[] = []
  const worked = await run((_, upload) => {
    const background = async (): Promise<void> => {
      await sleep(10)
      done.push(await upload.text())
    }
    return new PlainTextResponse('later', { background })
  })
  t.same(done, [CONTENT])
  await t.rejects(worked.upload.text(), CLOSED)
  t.equal(descriptors(), before)
})

t.test('files are deleted when the handler throws', async (t) => {
  const before = descriptors()
  for (const [error, status] of [
    [new HTTPException(422), 422],
    [new Error('oh'), 500],
  ] as const) {
    const result = await run(() => {
      throw error
    })

    t.equal(result.status, status)
    await t.rejects(result.upload.text(), CLOSED)
  }
  t.equal(descriptors(), before)
})

t.test('files are deleted when an app answers, or a response fails', async (t) => {
  const answered = await run(
    (_, upload) => async (scope, receive, send) =>
      new PlainTextResponse(await upload.text()).respond(scope, receive, send),
  )
  t.equal(answered.text, CONTENT)
  await t.rejects(answered.upload.text(), CLOSED)
  const failed = await run(() => async () => {
    throw new Error('oh')
  })
  await t.rejects(failed.upload.text(), CLOSED)
})

t.test('a form that is read while the response is sent is closed with it', async (t) => {
  const uploads: UploadFile[] = []
  const late: Handler = (request) => {
    async function* lines(): AsyncGenerator<string> {
      const upload = await fileOf(request)
      uploads.push(upload)
      yield await upload.text()
    }
    return new StreamingResponse(lines())
  }
  const app = Application({ routes: [Route('/', late, { methods: ['POST'] })] })
  await using client = await testClient(app)
  const response = await client.post('/', { body: UPLOAD, headers: { 'content-type': MULTIPART } })

  t.equal(await response.text(), CONTENT)
  await t.rejects(async () => uploads[0]?.text(), CLOSED)
})

t.test('a form that was not awaited is closed when it is read', async (t) => {
  const before = descriptors()
  const request = posted(UPLOAD)
  const reading = request.form(OPTIONS)
  await request.close()

  await t.rejects(async () => (await reading).file('f')?.text(), CLOSED)
  t.equal(descriptors(), before)
  const broken = posted(Buffer.from('no multipart'))
  broken.form()
  await t.resolves(broken.close(), 'and its error is ignored')
})

t.test('middleware can read forms too, and their files are deleted', async (t) => {
  const uploads: UploadFile[] = []
  const looks = httpMiddleware(async (request, next) => {
    await request.bytes()
    uploads.push(await fileOf(request))
    return next(request)
  })
  const show: Handler = async (request) => {
    const upload = await fileOf(request)
    uploads.push(upload)
    return new PlainTextResponse(await upload.text())
  }
  const routes = [Route('/', show, { methods: ['POST'] })]
  const app = Application({ routes, middleware: [looks] })
  await using client = await testClient(app)
  const before = descriptors()
  const response = await client.post('/', { body: UPLOAD, headers: { 'content-type': MULTIPART } })

  t.equal(await response.text(), CONTENT)
  t.equal(uploads.length, 2)
  for (const upload of uploads) await t.rejects(upload.text(), CLOSED)
  t.equal(descriptors(), before)
})

t.test('an urlencoded form that middleware read can be read again by the app', async (t) => {
  const looks = httpMiddleware(async (request, next) => {
    const form = await request.form()
    return form.text('token') === 'secret' ? next(request) : new PlainTextResponse('no')
  })
  const show: Handler = async (request) =>
    new PlainTextResponse(`${(await request.form()).text('a')}`)
  const routes = [Route('/', show, { methods: ['POST'] })]
  await using client = await testClient(Application({ routes, middleware: [looks] }))
  const post = async (form: string): Promise<string> =>
    (await client.post('/', { body: new URLSearchParams(form) })).text()

  t.equal(await post('token=secret&a=1'), '1')
  t.equal(await post('token=guess&a=1'), 'no')
})

t.test('exception handlers can read forms too', async (t) => {
  const uploads: UploadFile[] = []
  const app = Application({
    routes: [],
    exceptionHandlers: [
      [
        404,
        async (request) => {
          uploads.push(await fileOf(request))
          return new PlainTextResponse('looked', { status: 404 })
        },
      ],
    ],
  })
  await using client = await testClient(app)
  const response = await client.post('/', { body: UPLOAD, headers: { 'content-type': MULTIPART } })

  t.equal(await response.text(), 'looked')
  await t.rejects(async () => uploads[0]?.text(), CLOSED)
})

t.test('an app outside of a route closes its form itself', async (t) => {
  const forms: Form[] = []
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    await using form = await new Request(scope, receive).form(OPTIONS)
    forms.push(form)
    await new PlainTextResponse(`${form.size}`).respond(scope, receive, send)
  }
  const before = descriptors()
  await using client = await testClient(app, { lifespan: 'off' })
  const response = await client.post('/', { body: UPLOAD, headers: { 'content-type': MULTIPART } })

  t.equal(await response.text(), '2')
  await t.rejects(async () => forms[0]?.file('f')?.text(), CLOSED)
  t.equal(descriptors(), before)
})

t.test('no files stay when the client disconnects within its body', async (t) => {
  const directory = t.testdir({})
  const before = descriptors()
  const ends: string[] = []
  const handle: Handler = async (request) => {
    const error = await request.form({ ...OPTIONS, directory }).catch((error) => error)
    ends.push(error.name)
    throw error
  }
  const app = Application({ routes: [Route('/', handle, { methods: ['POST'] })] })
  await using client = await testClient(app)
  const leaving = new AbortController()
  async function* begun(): AsyncGenerator<Uint8Array> {
    yield UPLOAD.subarray(0, -30)
    await sleep(10)
    leaving.abort()
    await new Promise(() => {})
  }
  const headers = { 'content-type': MULTIPART }
  await t.rejects(client.post('/', { body: begun(), headers, signal: leaving.signal }))
  await eventually(() => ends.length > 0, 'the end of the form')

  t.same(ends, ['ClientDisconnected'])
  t.equal(descriptors(), before)
  t.same(readdirSync(directory), [])
})
