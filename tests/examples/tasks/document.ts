// The document that the tasks serve of themselves.
import { testClient } from 'stellula/testclient'
import t from 'tap'
import { app } from '../../../examples/tasks/app.ts'
import { databaseAt } from '../../support/taskapi.ts'

t.test('the document lists who may call each operation, and its parameters', async (t) => {
  await using client = await testClient(app, { overrides: [databaseAt(':memory:')] })
  const { paths, components } = JSON.parse(await (await client.get('/docs/openapi.json')).text())

  t.same(Object.keys(components.schemas).sort(), ['Attachment', 'Problem', 'Task', 'User'])
  t.equal(paths['/login'].post.security, undefined)
  t.same(paths['/users'].get.security, [{ bearer: ['admin'] }])
  const { security, parameters, responses } = paths['/tasks'].get
  t.same(security, [{ bearer: [] }], 'guards of a layer are in it')
  t.same(
    parameters.map(({ name }: { name: string }) => name),
    ['q', 'status', 'limit', 'offset'],
  )
  t.same(Object.keys(responses), ['200', '401', '403', '422'])
  const upload = paths['/tasks/{id}/attachments'].post.requestBody.content
  t.same(upload['multipart/form-data'].schema.required, ['file'])
})
