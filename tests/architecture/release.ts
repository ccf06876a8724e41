// A release is looked at before a person publishes it.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Release, releaseFaults, stepsOf } from '../support/release.ts'

const READY: Release = {
  manifest: { version: '1.2.0', publishConfig: { access: 'public', provenance: true } },
  changelog: '# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n\n## 1.1.0\n\n- Older.\n',
  changed: [],
  tagsHere: [],
  tags: ['v1.1.0'],
  files: ['package.json', 'LICENSE', 'README.md', 'dist/index.js'],
}

t.test('a release that is ready has no faults, and the next manual steps are shown', async (t) => {
  t.same(releaseFaults(READY), [])
  const steps = stepsOf(READY, '2026-12-01')
  t.match(steps, [/repository/, /"1\.2\.0 \(2026-12-01\)"/, /git tag v1\.2\.0/, /npm publish/])
  const changelog = '## Unreleased\n\n## 1.2.0 (2026-12-01)\n\n- Something.\n'
  const tagged = { ...READY, changelog, tagsHere: ['v1.2.0'], tags: ['v1.1.0', 'v1.2.0'] }
  t.same(releaseFaults(tagged), [])
  const manifest = { ...READY.manifest, repository: 'x' }
  t.match(stepsOf({ ...tagged, manifest }, '2026-12-01'), [/npm publish/])
})

t.test('each fault is reported', async (t) => {
  const faults: [Partial<Release>, RegExp][] = [
    [{ manifest: { ...READY.manifest, version: '1.2' } }, /three numbers/],
    [{ manifest: { ...READY.manifest, private: true } }, /private/],
    [{ manifest: { version: '1.2.0' } }, /publishConfig\.access[\s\S]*publishConfig\.provenance/],
    [{ changelog: '# Changelog\n\n## 1.1.0\n\n- Older.\n' }, /no section Unreleased/],
    [{ changelog: '## Unreleased\n\n## 1.1.0\n\n- Older.\n' }, /no entries/],
    [{ changed: [' M lib/index.ts'] }, /not committed: M lib\/index\.ts/],
    [{ tagsHere: ['v1.3.0'] }, /the tag is v1\.3\.0, and the version 1\.2\.0/],
    [{ tags: ['v1.2.0'] }, /an older commit/],
    [{ files: READY.files.slice(1) }, /has no package\.json/],
    [{ files: [...READY.files, 'tests/docs.ts'] }, /has tests\/docs\.ts/],
  ]
  for (const [changed, fault] of faults) {
    t.match(releaseFaults({ ...READY, ...changed }).join('\n'), fault)
  }
})

t.test('the settings of this package are correct for a release', async (t) => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  t.same(releaseFaults({ ...READY, manifest, tags: [] }), [])
})
