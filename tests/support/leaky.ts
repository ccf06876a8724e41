// A folder to serve, with secrets around it and in it, for tests that try to get at them.
import { realpathSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'

/** What no answer may hold. */
export const SECRET = 'SECRET'

/** Makes `site`, `more` and `links`, which are to be served; what is beside them is secret. */
export function leaky(t: Test): string {
  const root = realpathSync(
    t.testdir({
      'secret.txt': SECRET,
      site: {
        'a.txt': 'a',
        public: { 'a.txt': 'public' },
        admin: { 's.txt': SECRET },
        '.env': SECRET,
        '.git': { config: SECRET },
      },
      site_disallow: { 'secret.txt': SECRET },
      'site-evil': { 'secret.txt': SECRET },
      more: { 'b.txt': 'b' },
      links: { 'a.txt': 'a' },
    }),
  )
  symlinkSync('../secret.txt', path.join(root, 'links', 'out.txt'))
  symlinkSync('../site_disallow', path.join(root, 'links', 'outdir'))
  symlinkSync('..', path.join(root, 'links', 'up'))
  symlinkSync('a.txt', path.join(root, 'links', 'in.txt'))
  return root
}
