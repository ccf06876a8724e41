// The plots and numbers of the documentation are those of the recorded results.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { pageWith, plotsOf } from '../../benchmarks/plots/draw.ts'
import { sectionOf, speedsOf } from '../../benchmarks/plots/recorded.ts'

const RESULTS = readFileSync('benchmarks/results.md', 'utf8')

const SMALL = `<!-- servers: begin -->
## Servers

* 2026-01-02, Node 20.1.0, linux x64

### Plain

| scenario | raw | stellula | other <1> | floor |
| --- | --- | --- | --- | --- |
| hello | 35.0 µs, 28267/s | 1.44 / 1.45 | 0.50 / 0.40 | 0.97 |
| json | 34.3 µs, 29570/s | 1.00 / 1.01 | – | 0.97 |

### Servers: CPU speed by set of processes, least to greatest

| scenario | stellula | other <1> |
| --- | --- | --- |
| hello | 1.40 to 1.50 | 0.45 to 0.55 |
| json | 0.90 to 1.10 | – |
<!-- servers: end -->
`

t.test('results are read back from their tables', async (t) => {
  const section = sectionOf(SMALL, 'servers')
  t.same(section && speedsOf(section), [
    { scenario: 'hello', contender: 'stellula', speed: 1.44, least: 1.4, greatest: 1.5 },
    { scenario: 'hello', contender: 'other <1>', speed: 0.5, least: 0.45, greatest: 0.55 },
    { scenario: 'json', contender: 'stellula', speed: 1, least: 0.9, greatest: 1.1 },
  ])
  t.equal(sectionOf(SMALL, 'files'), undefined)
})

t.test(
  'a picture contains the data, the spread and both colour schemes, and loads nothing',
  async (t) => {
    const { 'servers.svg': picture = '', ...others } = plotsOf(SMALL)
    t.same(others, {})
    t.match(picture, '<title>stellula, hello: 1.44, from 1.4 to 1.5</title>')
    t.match(picture, '<title>other &lt;1&gt;, hello: 0.5, from 0.45 to 0.55</title>')
    t.match(picture, '@media (prefers-color-scheme: dark)')
    t.match(picture, 'Node 20.1.0')
    t.notMatch(picture.replace('http://www.w3.org/2000/svg', ''), /https?:|NaN|undefined|<script/)
  },
)

t.test('a page gets the numbers of new results in place of the old ones', async (t) => {
  const page = 'Before.\n\n<!-- numbers: begin -->\nold\n<!-- numbers: end -->\nAfter.\n'
  const written = pageWith(page, SMALL)
  t.match(written, '| hello | 1.44 | 1.40 to 1.50 | other <1> 0.50 |')
  t.match(written, '| json | 1.00 | 0.90 to 1.10 | – |')
  t.ok(written.startsWith('Before.') && written.endsWith('After.\n') && !written.includes('old'))
  t.equal(pageWith(written, SMALL), written)
})

t.test('the committed pictures were drawn from the recorded results', async (t) => {
  const plots = plotsOf(RESULTS)
  t.same(readdirSync('docs/plots').sort(), Object.keys(plots).sort())
  for (const [name, picture] of Object.entries(plots)) {
    t.equal(readFileSync(`docs/plots/${name}`, 'utf8'), picture, name)
    t.notMatch(picture, /NaN|undefined|Infinity/)
  }
  const page = readFileSync('docs/performance.md', 'utf8')
  t.equal(pageWith(page, RESULTS), page)
})
