import t from 'tap'
import { Family, Histogram, heading, line } from '../../../lib/middleware/metrics/series.ts'

t.test('a line has name, labels and value', async (t) => {
  t.equal(line('up', {}, 1), 'up 1\n')
  t.equal(line('up', { a: 'b', c: 'd' }, 0.5), 'up{a="b",c="d"} 0.5\n')
  t.equal(line('up', { a: '"\\\n' }, Number.POSITIVE_INFINITY), 'up{a="\\"\\\\\\n"} +Inf\n')
})

t.test('a heading has help and type', async (t) => {
  t.equal(heading('up', 'gauge', 'It is up.'), '# HELP up It is up.\n# TYPE up gauge\n')
})

t.test('a family has one value for each label set, and one for all over the limit', async (t) => {
  const family = new Family(2, () => ({ count: 0 }))
  const others = { route: 'other' }

  for (const route of ['a', 'b', 'a', 'c', 'd', 'b']) family.at({ route }, others).count++

  t.same(
    [...family].map(({ labels, value }) => [labels['route'], value.count]),
    [
      ['a', 2],
      ['b', 2],
      ['other', 2],
    ],
  )
})

t.test('labels are distinguished, whatever they contain', async (t) => {
  const family = new Family(10, () => ({ count: 0 }))

  family.at({ a: '","', b: '' }, {})
  family.at({ a: '', b: '","' }, {})

  t.equal([...family].length, 2)
})

t.test('a histogram counts values up to each bound', async (t) => {
  const histogram = new Histogram([0.1, 1])

  for (const value of [0, 0.1, 0.5, 1, 7]) histogram.observe(value)

  t.equal(
    histogram.render('d', { a: 'b' }),
    [
      'd_bucket{a="b",le="0.1"} 2',
      'd_bucket{a="b",le="1"} 4',
      'd_bucket{a="b",le="+Inf"} 5',
      'd_sum{a="b"} 8.6',
      'd_count{a="b"} 5',
      '',
    ].join('\n'),
  )
})
