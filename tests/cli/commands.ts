// The commands that read an application and end.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { APP, LIB, run, runAll, start } from '../support/cli.ts'
import { folderOf } from '../support/folder.ts'

t.test('without a command, the help is shown as for an invalid command', async (t) => {
  const { code, stdout } = await run(t, [])
  t.equal(code, 2)
  t.match(stdout, /^Usage: stellula COMMAND[\s\S]*serve[\s\S]*new/)
})

t.test('--version prints the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.same(await run(t, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

t.test('each command has a help', async (t) => {
  const names = ['serve', 'routes', 'openapi', 'asyncapi', 'check', 'url', 'new']
  const results = await runAll(
    t,
    names.map((name) => [name, '--help']),
  )
  for (const [index, name] of names.entries()) {
    const { code, stdout } = results[index] ?? {}
    t.equal(code, 0)
    t.match(stdout, new RegExp(`^Usage: stellula ${name} `))
    t.match(stdout, /\n {2}--help +Show this text\.\n/)
  }
})

t.test('an invalid command line prints what to do, with exit code 2', async (t) => {
  const cases: [args: string[], stderr: string][] = [
    [['serv'], 'unknown command "serv". Did you mean "serve"?'],
    [['frob'], 'unknown command "frob". See stellula --help.'],
    [['serve', 'app.js', '--hots', 'x'], 'serve: unknown option "--hots". See --help.'],
    [
      ['serve', 'app.js', '--hosts', 'x'],
      'serve: unknown option "--hosts". Did you mean "--host"?',
    ],
    [
      ['routes'],
      'routes: it takes MODULE[:EXPORT], nothing was given. See stellula routes --help.',
    ],
    [
      ['serve', 'app.js', '--port', 'http'],
      'serve: --port must be a number up to 65535, "http" was given. See stellula serve --help.',
    ],
    [
      ['serve', 'app.js', '--root-path', 'api/'],
      'serve: --root-path must be empty or a path without a slash at its end, "api/" was given. Write "/api".',
    ],
    [
      ['serve', 'app.js', '--proxy-headers', 'loopback,nonsense'],
      `serve: --proxy-headers: an entry must be an address or a range, "nonsense" was given. Write "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "loopback", "linklocal" or "private".`,
    ],
    [
      ['serve', 'app.js', '--port', '1', '--path', 'a'],
      'serve: --path and --port exclude each other. Choose one.',
    ],
    [
      ['url', 'app.js', 'home', 'x'],
      'url: a parameter must be KEY=VALUE, "x" was given. Write id=7.',
    ],
  ]
  const calls = [...cases.map(([args]) => args), ['routes', 'none.js']]
  const results = await runAll(t, calls)
  for (const [index, [, stderr]] of cases.entries()) {
    t.same(results[index], { code: 2, stdout: '', stderr: `stellula: ${stderr}\n` })
  }
  // And as a process of its own.
  const [args, stderr] = cases[0] ?? [[], '']
  t.same(await run(t, args), { code: 2, stdout: '', stderr: `stellula: ${stderr}\n` })
  t.match(results.at(-1), {
    code: 2,
    stderr: /^stellula: there is no module "none\.js" in .*\. Write the path of a file/,
  })
})

t.test('a module that fails, or exports no app, is reported with exit code 1', async (t) => {
  const folder = folderOf(t, { 'app.js': APP, 'broken.js': 'throw new Error("kaput")' })
  t.match(await run(t, ['routes', 'broken.js'], folder), {
    code: 1,
    stderr: /^stellula: broken\.js could not be loaded\.\nError: kaput\n {4}at /,
  })
  t.match(await run(t, ['routes', 'app.js:nothing'], folder), {
    code: 1,
    stderr: /app\.js:nothing exports no "nothing", only app, other\. Export an application/,
  })
  t.match(await run(t, ['routes', 'app:other'], folder), {
    code: 1,
    stderr: /app:other: the export is not an application, number was given\. Export the result/,
  })
})

t.test('the default export may be a promise, whose error is reported', async (t) => {
  const made = `import { app } from './app.js'\nexport default Promise.resolve(app)`
  const failed = 'export default Promise.reject(new Error("kaput"))'
  const [kept, broken] = await runAll(
    t,
    [
      ['url', 'made.js', 'home'],
      ['url', 'failed.js', 'home'],
    ],
    { 'app.js': APP, 'made.js': made, 'failed.js': failed },
  )
  t.same(kept, { code: 0, stdout: '/\n', stderr: '' })
  t.match(broken, {
    code: 1,
    stderr: /^stellula: failed\.js could not be loaded\.\nError: kaput\n/,
  })
})

t.test('an application of Express is refused, with what to write', async (t) => {
  const shop = `import express from '${import.meta.resolve('express')}'\nexport default express()`
  t.match(await run(t, ['routes', 'shop.js'], { 'shop.js': shop }), {
    code: 1,
    stderr:
      'stellula: shop.js: the export is an application of Express or Connect. Export fromNode(app)',
  })
})

t.test('a module that awaits what never happens is reported', async (t) => {
  const { code, stderr } = await run(t, ['routes', 'app.js'], {
    'app.js': 'await new Promise(() => {})',
  })
  t.equal(code, 13)
  t.match(stderr, /stellula: a promise of the application never settles\. Check each await/)
})

t.test('a reader may close the output early', async (t) => {
  const long = `import { Route, Router } from '${LIB}routing.js'
    export default Router(Array.from({ length: 5000 }, (_, number) => Route('/' + number, () => undefined)))`
  const { child, ended, output } = start(t, ['openapi', 'app.js'], { 'app.js': long })
  child.stdout?.once('data', () => child.stdout?.destroy())
  t.equal(await ended, 0)
  t.equal(output.stderr, '')
})

t.test('routes lists them as a table or as JSON', async (t) => {
  const { stdout } = await run(t, ['routes', 'app.js'])
  t.equal(
    stdout,
    `METHOD  PATH             NAME
GET     /                home
GET     /users/{id:int}  users:detail
`,
  )
  const { stdout: json } = await run(t, ['routes', 'app.js', '--json'])
  t.same(JSON.parse(json)[1], {
    ...{ method: 'GET', path: '/users/{id:int}', host: null, name: 'users:detail' },
    ...{ middleware: [], operation: null },
  })
})

t.test('colours are used only when requested', async (t) => {
  const coloured = await run(t, ['routes', 'app.js'], undefined, { FORCE_COLOR: '1' })
  t.match(coloured.stdout, '\x1b[1mMETHOD')
  const plain = await run(t, ['routes', 'app.js'], undefined, { FORCE_COLOR: '1', NO_COLOR: '1' })
  t.notMatch(plain.stdout, '\x1b')
})

t.test('url prints the path of a route', async (t) => {
  const results = await runAll(t, [
    ['url', 'app.js', 'users:detail', 'id=7'],
    ['url', 'app.js', 'home', '--base', 'https://example.org/api'],
    ['url', 'app.js', 'users:detail', 'id=x'],
    ['url', 'app.js', 'user:detail', 'id=7'],
  ])
  t.match(results, [
    { code: 0, stdout: '/users/7\n' },
    { code: 0, stdout: 'https://example.org/api/\n' },
    { code: 1, stderr: /^stellula: url: convertor "int": the value must be a number/ },
    {
      code: 1,
      stderr: /No route exists for name "user:detail"[\s\S]*Did you mean "users:detail"/,
    },
  ])
})

t.test(
  'openapi prints a document, by default with the name and version of the project',
  async (t) => {
    const manifest = '{"name":"shop","version":"1.2.3"}'
    const folder = folderOf(t, { 'app.js': APP, 'package.json': manifest })
    const { stdout } = await run(t, ['openapi', 'app.js'], folder)
    t.match(JSON.parse(stdout), { info: { title: 'shop', version: '1.2.3' } })
    const args = ['openapi', 'app.js', '--title', 'T', '--version', '2', '--out', 'api.yaml']
    t.match(await run(t, args, folder), {
      code: 0,
      stderr: 'stellula: wrote 2 paths to api.yaml\n',
    })
    const yaml = readFileSync(path.join(folder, 'api.yaml'), 'utf8')
    t.match(yaml, 'info:\n  title: T\n  version: "2"\n')
    t.match(yaml, '\npaths:\n  /:\n    get:\n')
  },
)

t.test('asyncapi prints the document of the websockets', async (t) => {
  const talk = `import { websocketListener } from '${LIB}endpoints.js'
    import { Router, WebSocketRoute } from '${LIB}routing.js'
    export default Router([WebSocketRoute('/talk', websocketListener((message) => message))])`
  const folder = folderOf(t, { 'app.js': talk })
  const { stdout } = await run(t, ['asyncapi', 'app.js', '--title', 'Talk'], folder)
  t.match(JSON.parse(stdout), {
    ...{ asyncapi: '3.0.0', info: { title: 'Talk' } },
    operations: { receiveTalk: { action: 'receive' } },
  })
  t.match(await run(t, ['asyncapi', 'app.js', '--out', 'api.yaml'], folder), {
    code: 0,
    stderr: 'stellula: wrote 1 channel to api.yaml\n',
  })
})

t.test('a document that cannot be written is reported', async (t) => {
  t.same(await run(t, ['openapi', 'app.js', '--out', 'none/api.json'], { 'app.js': APP }), {
    code: 1,
    stdout: '',
    stderr: 'stellula: openapi: "none/api.json" cannot be written (ENOENT). Check its folder.\n',
  })
})

t.test('check starts and stops the app', async (t) => {
  const { code, stdout, stderr } = await run(t, ['check', 'app.js'])
  t.equal(code, 0)
  t.match(
    stdout,
    /ok {4}startup +complete\nok {4}request +answered with 404\nok {4}examples +1 answered.*\nok {4}shutdown/,
  )
  t.equal(stderr, 'startup\nshutdown\n')
})

t.test('check fails with the first error', async (t) => {
  const wrong = `export default async (scope, receive, send) => {
    if (scope.type === 'http') await send({ type: 'http.response.body', body: new Uint8Array() })
  }`
  const { code, stdout, stderr } = await run(t, ['check', 'app.js'], { 'app.js': wrong })
  t.equal(code, 1)
  t.match(stdout, 'fail  request')
  t.match(stderr, /^stellula: check: the request failed\.\nLintError: lint: /)
})
