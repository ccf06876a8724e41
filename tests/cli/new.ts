// `stellula new`: the project compiles, passes its tests, and serves.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run, start } from '../support/cli.ts'
import { folderOf } from '../support/folder.ts'

const MODULES = path.resolve('node_modules')

t.test('creates a project that runs', async (t) => {
  const folder = folderOf(t, {})
  const made = await run(t, ['new', 'My App'], folder)
  t.match(made, { code: 0, stdout: /^Made 8 files in My App\. Next steps:\n\n {2}cd My App\n/ })
  const root = path.join(folder, 'My App')
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  t.equal(manifest.name, 'my-app')
  mkdirSync(path.join(root, 'node_modules', '@types'), { recursive: true })
  symlinkSync(path.resolve('.'), path.join(root, 'node_modules', 'stellula'), 'junction')
  symlinkSync(
    path.join(MODULES, '@types', 'node'),
    path.join(root, 'node_modules', '@types', 'node'),
    'junction',
  )
  const tsc = path.join(MODULES, 'typescript', 'bin', 'tsc')

  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...env } = process.env
  // The test runner puts hooks of its own into every child.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, tsc]
  const compiled = spawnSync('env', command, { cwd: root, encoding: 'utf8', env })
  t.same([compiled.stdout, compiled.stderr], ['', ''])
  t.equal(compiled.status, 0)

  const tests = { cwd: path.join(root, 'dist'), encoding: 'utf8', env } as const
  const tested = spawnSync(process.execPath, ['--test', '--test-reporter', 'tap'], tests)
  t.match(tested.stdout, /# pass 2\n# fail 0/)

  const server = start(t, ['serve', 'dist/src/app.js', '--port', '0'], root)
  const response = await fetch(`${await server.url()}/planets/3`)
  t.match(await response.json(), { name: 'Earth' })
})

t.test('refuses a file', async (t) => {
  t.match(await run(t, ['new', 'taken'], { taken: '' }), {
    code: 1,
    stderr:
      'stellula: new: the folder must be new or empty, "taken" was given. Choose another name.\n',
  })
})

t.test('refuses a folder that is not empty', async (t) => {
  const folder = folderOf(t, { full: { a: '' } })
  t.same(await run(t, ['new', 'full'], folder), {
    code: 1,
    stdout: '',
    stderr:
      'stellula: new: the folder must be new or empty, "full" was given. Choose another name.\n',
  })
  t.same(readdirSync(path.join(folder, 'full')), ['a'])
})
