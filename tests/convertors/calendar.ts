// LS-PARAM-1: dates, times and large integers in paths.
import fc from 'fast-check'
import t from 'tap'
import { convertorNamed } from '../../lib/convertors.ts'
import { JSONResponse, Route, Router } from '../../lib/index.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

function convertor(name: string): NonNullable<ReturnType<typeof convertorNamed>> {
  const found = convertorNamed(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}
const date = convertor('date')
const datetime = convertor('datetime')
const bigint = convertor('bigint')

t.test('a date is the text of an existing day', (t) => {
  for (const text of ['2023-02-28', '2024-02-29', '0000-01-01', '9999-12-31']) {
    t.equal(date.parse(text), text)
    t.equal(date.toText(text), text)
  }
  for (const text of [
    ...['2023-02-29', '2023-02-30', '2023-13-01', '2023-00-01', '2023-01-00', '2023-04-31'],
    ...[
      '2023-1-1',
      '20230101',
      '+002023-01-01',
      '2023-01-01T00:00:00Z',
      ' 2023-01-01',
      '2023-01-01\n',
      '',
    ],
  ]) {
    t.equal(date.parse(text), undefined, text)
    t.throws(() => date.toText(text), /^convertor "date": the value must be a date as text/)
  }
  t.throws(() => date.toText(new Date()), /convertor "date"/)
  t.end()
})

t.test('a datetime is a time of RFC 3339', (t) => {
  const noon = Date.UTC(2026, 0, 31, 12)
  for (const text of [
    ...['2026-01-31T12:00:00Z', '2026-01-31T13:00:00+01:00', '2026-01-31T00:00:00.000-12:00'],
    '2026-01-31T12:00:00.000000001Z',
  ]) {
    t.equal((datetime.parse(text) as Date).valueOf(), noon, text)
    t.equal(datetime.toText(text), '2026-01-31T12:00:00.000Z')
  }
  for (const text of [
    ...['2026-01-31T12:00:00', '2026-01-31 12:00:00Z', '2026-01-31t12:00:00z', '2026-01-31'],
    ...[
      '2026-02-30T12:00:00Z',
      '2026-01-31T24:00:00Z',
      '2026-01-31T12:60:00Z',
      '2026-12-31T23:59:60Z',
    ],
    ...[
      '2026-01-31T12:00Z',
      '2026-01-31T12:00:00.Z',
      '2026-01-31T12:00:00+0100',
      '2026-01-31T12:00:00+24:00',
    ],
    ...[
      '0000-01-01T00:00:00+00:01',
      '9999-12-31T23:59:59-00:01',
      '2026-01-31T12:00:00.0000000001Z',
    ],
  ]) {
    t.equal(datetime.parse(text), undefined, text)
  }
  for (const value of [new Date(Number.NaN), new Date(8.64e15), new Date(-1e15), 1, 'noon']) {
    t.throws(
      () => datetime.toText(value),
      /^convertor "datetime": the value must be a Date of the years/,
    )
  }
  t.end()
})

t.test('a bigint has up to 100 digits and no sign', (t) => {
  t.equal(bigint.parse('9007199254740993'), 9007199254740993n)
  t.equal(bigint.parse('007'), 7n)
  t.equal(bigint.parse('9'.repeat(100)), 10n ** 100n - 1n)
  for (const text of ['', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '1n', '9'.repeat(101), '١']) {
    t.equal(bigint.parse(text), undefined, text)
  }
  t.equal(bigint.toText(10n ** 20n), '100000000000000000000')
  t.equal(bigint.toText(7), '7')
  for (const value of [-1n, 10n ** 100n, -1, 1.5, 'x', undefined]) {
    t.throws(
      () => bigint.toText(value),
      /^convertor "bigint": the value must be of 1 to 100 digits/,
    )
  }
  t.end()
})

t.test('a written value is read back as the same value', (t) => {
  const [min, max] = [new Date('0000-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')]
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (value) => {
      t.same(datetime.parse(datetime.toText(value)), value)
      const day = value.toISOString().slice(0, 10)
      t.equal(date.parse(date.toText(day)), day)
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 100n - 1n }), (value) => {
      t.equal(bigint.parse(bigint.toText(value)), value)
    }),
  )
  t.end()
})

t.test('they are used in paths, alone and next to each other', async (t) => {
  const show = ({ pathParams }: { pathParams: object }) =>
    new JSONResponse(Object.values(pathParams).map(String))
  const router = Router([
    Route('/days/{day:date}', show, { name: 'day' }),
    Route('/spans/{from:date}-{to:date}.{rest}', show),
    Route('/since/{time:datetime}', show, { name: 'since' }),
    Route('/both/{time:datetime}{id:bigint}', show),
    Route('/orders/{id:bigint}', show),
  ])
  for (const [path, values] of [
    ['/days/2024-02-29', ['2024-02-29']],
    ['/days/2023-02-29', undefined],
    ['/spans/2024-02-28-2024-02-29.x', ['2024-02-28', '2024-02-29', 'x']],
    ['/spans/2024-02-30-2024-02-29.x', undefined],
    ['/both/2026-01-31T12:00:00Z12', [`${new Date('2026-01-31T12:00:00Z')}`, '12']],
    ['/orders/123456789012345678901234567890', ['123456789012345678901234567890']],
    ['/orders/-1', undefined],
  ] as const) {
    const { status, text } = responseOf(await call(router, httpScope({ path })))
    t.same(status === 200 ? JSON.parse(text) : undefined, values, path)
  }
  const time = new Date('2026-01-31T12:00:00+01:00')
  t.equal(`${router.urlPathFor('since', { time })}`, '/since/2026-01-31T11:00:00.000Z')
  t.throws(() => router.urlPathFor('day', { day: '2023-02-29' }), /convertor "date"/)
})
