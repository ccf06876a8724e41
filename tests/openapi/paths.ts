// Names, paths and needs of a document.
import t from 'tap'
import * as z from 'zod'
import { PlainTextResponse, Route } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { type Contract, form, operation, reply, text } from '../../lib/operations.ts'

const INFO = { title: 'Users', version: '1.0.0' }

/** The operation of a contract at `/{id:int}`. */
function described(contract: Contract) {
  const routes = [Route('/{id:int}', { post: operation(contract, (() => reply(200)) as never) })]
  return { post: openapi(routes, INFO).paths['/{id}']?.['post'] }
}

t.test('ids are unique: those of contracts first, then generated ones', async (t) => {
  const named = operation({ operationId: 'getA' }, () => reply(200))
  const plain = operation({}, () => reply(200))
  const routes = [
    Route('/a', plain),
    Route('/b/:c?', named),
    Route(
      '/c',
      operation({ operationId: 'any' }, () => reply(200)),
      { methods: ['POST', 'PUT'] },
    ),
  ]
  const { paths } = openapi(routes, INFO)
  const ids = Object.values(paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  t.same(ids, ['getA2', 'getA', 'getA3', 'any', 'any2'])
})

t.test('paths that differ only in names are one, and version 3.2 has other methods', async (t) => {
  const plain = () => new PlainTextResponse('')
  const routes = [
    Route('/a/{id:int}', plain),
    Route('/a/{id:int}', plain, { methods: ['PURGE', 'QUERY'] }),
    Route('/a/{name}', { get: plain, delete: plain }),
  ]
  const { paths } = openapi(routes, INFO)
  t.same(Object.keys(paths), ['/a/{id}'])
  t.same(Object.keys(paths['/a/{id}'] ?? {}), ['get', 'delete'])
  t.match(paths['/a/{id}']?.['delete']?.parameters, [{ name: 'id', schema: { type: 'string' } }])
  t.match(openapi(routes, INFO, { version: '3.2' }).paths['/a/{id}'], {
    query: {},
    additionalOperations: { PURGE: { operationId: String } },
  })
})

t.test('a body is required if requests without it are refused', async (t) => {
  const isNeeded = (body: Contract['body'] & {}) => described({ body }).post?.requestBody?.required
  t.equal(isNeeded(text()), true)
  t.equal(isNeeded({ 'application/json': z.int(), 'text/plain': text() }), true)
  t.equal(
    isNeeded({ 'application/json': z.int().optional(), 'a/b': form(z.object({})) }),
    undefined,
  )
  t.equal(isNeeded(z.string().refine(async () => Promise.reject(new Error('none')))), true)
})

t.test('a path that convertors refuse is a 404', async (t) => {
  t.match(described({}).post?.responses, { 404: { $ref: '#/components/responses/NotFound' } })
  const { paths } = openapi(
    [
      Route(
        '/{any}',
        operation({}, () => reply(200)),
      ),
    ],
    INFO,
  )
  t.same(Object.keys(paths['/{any}']?.['get']?.responses ?? {}), ['default'])
  const invalid = described({ query: z.object({}), onInvalid: () => new PlainTextResponse('') })
  t.notOk(invalid.post?.responses['422'])
})

t.test('objects in a query use brackets, also named and nullable ones', async (t) => {
  const Price = z.object({ from: z.int() }).meta({ id: 'Price' })
  const query = z.object({ named: Price, nullable: Price.nullable(), either: z.int().nullable() })
  const styles = described({ query }).post?.parameters?.map(({ style }) => style)
  t.same(styles, [undefined, 'deepObject', 'deepObject', undefined])
})
