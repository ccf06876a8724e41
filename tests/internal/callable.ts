import t from 'tap'
import { callable } from '../../lib/internal/callable.ts'
import type { App } from '../../lib/types.ts'

interface Named extends App {
  readonly name: string
  readonly count: number
}

t.test('gives the function itself its properties, its name among them', async (t) => {
  const app: App = async () => {}

  const named = callable<Named>(app, { name: 'users', count: 1 })

  t.equal(named, app)
  t.equal(named.name, 'users')
  t.equal(named.count, 1)
})

t.test('keeps getters, so that a property is read live', async (t) => {
  let count = 0
  const named = callable<Named>(async () => {}, {
    name: '',
    get count() {
      return count
    },
  })

  count = 7

  t.equal(named.count, 7)
})
