// Runs alone: changes a class of Node and looks at a check that is made once.
import { ServerResponse } from 'node:http'
import t from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'

t.test('throws if Node writes responses in an unexpected way', async (t) => {
  // The first call throws; after a success there is no further check.
  const { prototype } = ServerResponse
  const { end } = prototype
  t.teardown(() => Object.assign(prototype, { end }))
  Object.assign(prototype, {
    end(this: ServerResponse) {
      return this
    },
  })

  t.throws(
    () => fromNode(() => {}),
    /^fromNode: Node v[0-9.]+ writes responses in an unknown way \(raw 102, head 200 1, part a\)\. Use a version/,
  )
  Object.assign(prototype, { end })
  t.doesNotThrow(() => fromNode(() => {}))
})
