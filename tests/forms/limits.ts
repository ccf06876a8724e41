import t from 'tap'
import { limitsOf, Meter, type PartsOptions } from '../../lib/forms/limits.ts'

const INFINITE = Number.POSITIVE_INFINITY

function meter(options: PartsOptions): Meter {
  return new Meter(limitsOf(options, 'test'))
}

t.test('has the documented defaults: FM-3', async (t) => {
  t.same(limitsOf({}, 'test'), {
    maxFields: 1000,
    maxFiles: 1000,
    maxPartSize: 1_048_576,
    maxFieldsSize: 10_000_000,
    maxFileSize: INFINITE,
    maxHeaderPairs: 100,
  })
  t.match(limitsOf({ maxFields: 5, maxFiles: INFINITE }, 'test'), {
    maxFields: 5,
    maxFiles: INFINITE,
    maxPartSize: 1_048_576,
  })
})

t.test('refuses invalid limits', async (t) => {
  for (const value of [Number.NaN, -1, '10' as never, null as never]) {
    t.throws(() => limitsOf({ maxFiles: value }, 'request.form'), {
      name: 'RangeError',
      message: /^request\.form: maxFiles must be a number from 0 on, .+ was given\. Infinity means/,
    })
  }
})

t.test('counts fields and files separately: FM-6', async (t) => {
  const counted = meter({ maxFields: 2, maxFiles: 1 })
  for (const isFile of [false, true, false]) counted.begin(isFile, 0)

  t.throws(() => counted.begin(false, 0), {
    status: 413,
    message: 'Too many fields. Maximum number of fields is 2.',
  })
  t.throws(() => counted.begin(true, 0), {
    status: 413,
    message: 'Too many files. Maximum number of files is 1.',
  })
})

t.test('accepts exactly the limit, and not one byte more: FM-7', async (t) => {
  const counted = meter({ maxPartSize: 10, maxFileSize: 20 })
  counted.begin(false, 0)
  counted.add(4)
  counted.add(6)
  t.throws(() => counted.add(1), {
    status: 413,
    message: 'Field exceeded maximum size of 10 bytes.',
  })
  counted.begin(true, 0)
  counted.add(20)
  t.throws(() => counted.add(1), {
    status: 413,
    message: 'File exceeded maximum size of 20 bytes.',
  })
  counted.begin(false, 0)
  t.doesNotThrow(() => counted.add(10), 'each part is counted from 0')
})

t.test('counts the bytes of all parts in memory together', async (t) => {
  const counted = meter({ maxFieldsSize: 10 })
  counted.begin(false, 3)
  counted.add(3)
  counted.begin(true, 4)
  counted.add(1000)

  t.throws(() => counted.begin(false, 1), {
    status: 413,
    message: 'All fields exceeded maximum size of 10 bytes.',
  })
})

t.test('limits the headers of a part', async (t) => {
  t.doesNotThrow(() => meter({}).headers(100))
  t.throws(() => meter({}).headers(101), {
    status: 400,
    message: 'Too many headers in a part. Maximum number of headers is 100.',
  })
})
