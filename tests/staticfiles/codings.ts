import t from 'tap'
import { SUFFIXES } from '../../lib/staticfiles/codings.ts'

t.test('every coding has a suffix', async (t) => {
  t.same(SUFFIXES, { br: '.br', zstd: '.zst', gzip: '.gz' })
})
