import t from 'tap'
import { Session } from '../../lib/http/session.ts'

const ID = /^[\w-]{43}$/

/** A stored session with this data. */
const kept = (text: string): Session => new Session({ id: 'a'.repeat(43), text })
const OLD = 'a'.repeat(43)

// MW-SESS-8
t.test('an empty session is not stored', async (t) => {
  const session = new Session()
  t.equal(session.used, false)

  t.same(Object.keys(session.data), [])
  session.regenerate()
  session.destroy()

  t.same(session.change(), { type: 'none' })
  t.equal(session.used, true)
})

t.test('reading the session in any way marks it as used', async (t) => {
  for (const look of [
    (session: Session) => session.data,
    (session: Session) => session.id,
    (session: Session) => session.isNew,
    (session: Session) => session.keep(),
    (session: Session) => session.regenerate(),
    (session: Session) => session.destroy(),
  ]) {
    const session = new Session()
    session.change()
    t.equal(session.used, false)
    look(session)
    t.equal(session.used, true)
  }
})

t.test('a new session is stored under its own id', async (t) => {
  const session = new Session()
  t.equal(session.isNew, true)
  session.data.a = 1

  const { id } = session

  t.match(id, ID)
  t.same(session.change(), { type: 'save', record: { id, text: '{"a":1}' }, stale: undefined })
  t.not(new Session().id, id)
})

// MW-SESS-3, MW-SESS-9; a nested change counts too, unlike MW-SESS-10.
t.test('a session is stored again only if it has changed', async (t) => {
  const unchanged: ((session: Session) => unknown)[] = [
    () => {},
    ({ data }) => data.list,
    ({ data }) => delete data.missing,
    ({ data }) => {
      data.list ??= []
    },
    (session) => session.keep(),
    ({ id }) => id,
  ]
  for (const look of unchanged) {
    const session = kept('{"list":[1]}')
    look(session)
    t.same(session.change(), { type: 'none' })
  }
  const session = kept('{"list":[1]}')
  t.equal(session.isNew, false)

  // The list is the stored one.
  ;(session.data.list as number[]).push(2)

  t.same(session.change(), {
    type: 'save',
    record: { id: OLD, text: '{"list":[1,2]}' },
    stale: undefined,
  })
})

// MW-SESS-7
t.test('a session that becomes empty is deleted', async (t) => {
  const emptied: ((session: Session) => unknown)[] = [
    ({ data }) => delete data.a,
    (session) => session.destroy(),
    (session) => {
      delete session.data.a
      session.regenerate()
    },
  ]
  for (const empty of emptied) {
    const session = kept('{"a":1}')
    empty(session)
    t.same(session.change(), { type: 'remove', stale: OLD })
  }
})

// Advisory row 91.
t.test('regenerate: the same data, another id', async (t) => {
  const session = kept('{"a":1}')

  session.regenerate()

  const { id } = session
  t.match(id, ID)
  t.not(id, OLD)
  t.same(session.change(), { type: 'save', record: { id, text: '{"a":1}' }, stale: OLD })
})

t.test('destroy: data that is set afterwards belongs to another session', async (t) => {
  const session = kept('{"a":1}')
  const { data } = session

  session.destroy()
  data.lost = true
  session.data.b = 2

  const { id } = session
  t.not(id, OLD)
  t.same(session.change(), { type: 'save', record: { id, text: '{"b":2}' }, stale: OLD })
})

t.test('keep() stores an empty session for its id', async (t) => {
  const session = new Session()

  session.keep()

  const { id } = session
  t.same(session.change(), { type: 'save', record: { id, text: '{}' }, stale: undefined })
  t.same(kept('{}').change(), { type: 'none' }, 'and stays')
  const emptied = kept('{"a":1}')
  delete emptied.data.a
  emptied.keep()
  t.same(emptied.change(), { type: 'save', record: { id: OLD, text: '{}' }, stale: undefined })
  emptied.destroy()
  t.same(emptied.change(), { type: 'remove', stale: OLD })
})

// Unlike MW-SESS-12, where it is an error of the server.
t.test('invalid text gives an empty session', async (t) => {
  for (const text of ['', '{', 'null', '7', '[]', 'undefined']) {
    t.same(Object.keys(kept(text).data), [], text)
  }
})

t.test('a list or a string gives an empty session', async (t) => {
  for (const text of ['[1]', '"ada"', '7', 'null']) {
    t.strictSame({ ...new Session({ id: 'a', text }).data }, {}, text)
  }
})

t.test('names of Object.prototype are ordinary data', async (t) => {
  const session = kept('{"__proto__":{"admin":true},"constructor":1}')

  t.same(Object.keys(session.data), ['__proto__', 'constructor'])
  t.equal(session.data.admin, undefined)
  t.equal(session.data.toString, undefined)
  t.same(session.change(), { type: 'none' })
})

t.test('data without a JSON form is refused', async (t) => {
  const session = new Session()
  session.data.big = 1n

  t.throws(() => session.change(), {
    name: 'TypeError',
    message: /^session: the data must have a JSON form, .*BigInt.* Store plain values only\.$/,
  })
  session.data.big = {
    toJSON: () => {
      throw 'no'
    },
  }
  t.throws(() => session.change(), { message: /a JSON form, no\. / })
})

t.test('toRecord gives the current state', async (t) => {
  t.same(kept('{"a":1}').toRecord(), { id: OLD, text: '{"a":1}' })
})

t.test('setting a value over the limit throws, and the old value stays', async (t) => {
  const session = new Session({ id: OLD, text: '{"a":1}' }, 20)
  const { data } = session

  data['a'] = 12
  t.throws(() => {
    data['a'] = 'a'.repeat(20)
  }, /cookies hold 20 bytes of JSON, 28 were given with "a"/)
  t.equal(data['a'], 12)
  delete data['a']
  data['b'] = 'b'.repeat(12)
  t.same({ ...data }, { b: 'b'.repeat(12) })
  t.equal(session.data, data)
  session.destroy()
  t.same(Object.keys(session.data), [])
  t.throws(() => Object.assign(session.data, { c: 'é'.repeat(12) }), /32 were given with "c"/)
})

/** A session of a cookie that holds 40 bytes. */
const small = (text = '{"l":[1],"o":{"a":{"b":1}}}'): Session => new Session({ id: OLD, text }, 40)

interface Nested {
  l: unknown[]
  o: { a: Record<string, unknown> }
}

t.test('setting a value over the limit throws at any depth, and nothing changes', async (t) => {
  const large = 'x'.repeat(40)
  const changes: ((data: Nested) => unknown)[] = [
    ({ l }) => l.push(large),
    ({ l }) => l.splice(0, 1, large),
    ({ l }) => (l.length = 20),
    ({ o }) => (o.a['b'] = large),
    ({ o }) => Object.assign(o.a, { c: large }),
    ({ o }) => Object.defineProperty(o, 'a', { value: large, enumerable: true }),
    (data) => Object.defineProperty(data, 'd', { value: large, enumerable: true }),
    (data) => (data.l = [large]),
  ]
  for (const change of changes) {
    const session = small()
    t.throws(() => change(session.data as unknown as Nested), {
      name: 'RangeError',
      message: /^session\.data: cookies hold 40 bytes of JSON, \d+ were given with "\w+"\. /,
    })
    t.same(session.change(), { type: 'none' }, String(change))
  }
})

t.test('data that fits can be changed and read at any depth', async (t) => {
  const session = small()
  const data = session.data as unknown as Nested

  data.l.push(2, 3)
  data.o.a['b'] = data.l
  t.equal(data.l, data.l)
  t.equal(data.o.a['b'], data.l)
  t.ok(Array.isArray(data.l))
  t.same([...data.l], [1, 2, 3])

  const text = '{"l":[1,2,3],"o":{"a":{"b":[1,2,3]}}}'
  t.equal(JSON.stringify(data), text)
  t.match(session.change(), { record: { text } })
})

t.test('dates and frozen objects in limited data can be read', async (t) => {
  const { data } = small('{}')
  const date = new Date(0)
  data['d'] = date
  t.equal(data['d'], date)
  delete data['d']
  const frozen = Object.freeze({ o: { a: 1 } })
  data['f'] = frozen

  t.same((data['f'] as typeof frozen).o.a, 1)
  t.throws(() => (data['f'] = data), /the data must have a JSON form/)
  t.equal(JSON.stringify(data), '{"f":{"o":{"a":1}}}')
})
