// Looks at what a release needs, and tells what is left for a person: `npm run release -- --dry-run`. It
// publishes nothing. With `--any-tree` the state of the work tree and the tags are left out.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Release, releaseFaults, stepsOf } from './release.ts'

function linesOf(command: string, ...args: readonly string[]): string[] {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n').filter(Boolean)
}

function packedFiles(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [packed] = JSON.parse(output) as [{ files: { path: string }[] }]
  return packed.files.map((file) => file.path)
}

if (!process.argv.includes('--dry-run')) {
  console.log('release: publishing is left to a person. Run npm run release -- --dry-run.')
  process.exit(2)
}

const git = (...args: readonly string[]): string[] =>
  process.argv.includes('--any-tree') ? [] : linesOf('git', ...args)

const release: Release = {
  manifest: JSON.parse(readFileSync('package.json', 'utf8')),
  changelog: readFileSync('CHANGELOG.md', 'utf8'),
  changed: git('status', '--porcelain'),
  tagsHere: git('tag', '--points-at', 'HEAD'),
  tags: git('tag'),
  files: packedFiles(),
}
const faults = releaseFaults(release)
console.log(
  `${release.manifest['name']} ${release.manifest['version']}, ${release.files.length} files`,
)
for (const fault of faults) console.log(`not ok ${fault}`)
if (faults.length === 0) {
  console.log('ok, nothing is at fault. What is left for a person:')
  const today = new Date().toISOString().slice(0, 10)
  for (const [index, step] of stepsOf(release, today).entries())
    console.log(`${index + 1}. ${step}`)
}
process.exitCode = faults.length === 0 ? 0 : 1
