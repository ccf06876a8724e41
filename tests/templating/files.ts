// Templates in directories, by a library that compiles text.
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Eta } from 'eta'
import t from 'tap'
import { Route, Router } from '../../lib/routing.ts'
import {
  type CompiledTemplate,
  type TemplateFilesOptions,
  templateFiles,
} from '../../lib/templating/files.ts'
import { templates } from '../../lib/templating.ts'
import { testClient } from '../../lib/testing/client.ts'

const eta = new Eta()
const compile = (source: string): CompiledTemplate => {
  const render = eta.compile(source)
  return (context) => eta.render(render, context)
}

/** Renders by name, and counts what was compiled. */
function engineOf(options: Pick<TemplateFilesOptions, 'directory'> & { reload?: boolean }) {
  const compiled: string[] = []
  const engine = templateFiles({
    ...options,
    compile: (source, file) => {
      compiled.push(path.basename(file))
      return compile(source)
    },
  })
  const render = async (name: string): Promise<string> =>
    String(await engine.render(name, { name: '<Ada>' }))
  return { engine, render, compiled }
}

t.test('TP-1: the first directory that has the file is used', async (t) => {
  const folder = t.testdir({
    theme: { 'hello.html': 'theme <%= it.name %>' },
    views: { 'hello.html': 'views', users: { 'list.html': 'list' } },
    'secret.html': 'secret',
  })
  const directory = [path.join(folder, 'theme'), pathToFileURL(path.join(folder, 'views'))]
  const { engine, render, compiled } = engineOf({ directory })

  t.equal(await render('hello.html'), 'theme &lt;Ada&gt;')
  t.equal(await render('users/list.html'), 'list')
  t.same(await Promise.all([render('hello.html'), render('hello.html')]), [
    ...['theme &lt;Ada&gt;', 'theme &lt;Ada&gt;'],
  ])
  t.same(compiled, ['hello.html', 'list.html'], 'each once')
  await using client = await testClient(
    Router([Route('/', (request) => templates(engine)(request, 'hello.html', { name: 'Bo' }))]),
  )
  t.equal(await (await client.get('/')).text(), 'theme Bo')
})

t.test('TP-1: no name leads out of the directories', async (t) => {
  const folder = t.testdir({ views: { a: {} }, 'secret.html': 'secret' })
  const { render } = engineOf({ directory: path.join(folder, 'views') })

  for (const name of [
    ...['../secret.html', 'a/../../secret.html', '..\\secret.html', `${folder}/secret.html`],
    ...['', '.', 'a//b', './a', 'c:x', 'a\0'],
  ]) {
    await t.rejects(render(name), /templateFiles: a name must be a relative path/, name)
  }
  for (const name of ['missing.html', 'a', 'a/b', 'secret.html']) {
    await t.rejects(render(name), /templateFiles: there must be a file of that name/, name)
  }
})

t.test('TP-1: with reload changed files and new ones are used', async (t) => {
  const folder = t.testdir({ theme: {}, views: { 'a.html': 'one' } })
  const file = path.join(folder, 'views/a.html')
  const directory = [path.join(folder, 'theme'), path.join(folder, 'views')]
  const reloading = engineOf({ directory, reload: true })
  const fixed = engineOf({ directory })
  t.same([await reloading.render('a.html'), await fixed.render('a.html')], ['one', 'one'])
  t.equal(await reloading.render('a.html'), 'one')
  t.same(reloading.compiled, ['a.html'], 'it is compiled once while it is the same')

  writeFileSync(file, 'two')
  utimesSync(file, new Date(), new Date(Date.now() + 5000))
  t.same([await reloading.render('a.html'), await fixed.render('a.html')], ['two', 'one'])
  writeFileSync(path.join(folder, 'theme/a.html'), 'three')
  t.same([await reloading.render('a.html'), await fixed.render('a.html')], ['three', 'one'])
})

t.test('a template that cannot be compiled or read is an error, and is tried again', async (t) => {
  const folder = t.testdir({ 'a.html': '<% if %>' })
  const { render } = engineOf({ directory: folder })
  await t.rejects(render('a.html'))
  writeFileSync(path.join(folder, 'a.html'), 'fine')
  t.equal(await render('a.html'), 'fine')

  symlinkSync('b.html', path.join(folder, 'b.html'))
  await t.rejects(render('b.html'), { code: 'ELOOP' })
})

t.test('rendering may be async, or a stream', async (t) => {
  const folder = t.testdir({ 'a.html': 'a' })
  const engine = templateFiles({
    directory: folder,
    compile: async (source) =>
      async function* () {
        yield source
        yield 'b'
      },
  })
  const page = templates(engine)
  await using client = await testClient(Route('/', (request) => page(request, 'a.html')))

  t.equal(await (await client.get('/')).text(), 'ab')
})

t.test('invalid options throw', async (t) => {
  t.throws(
    () => templateFiles({ directory: '.', compile: 1 as never }),
    /compile must be a function/,
  )
  t.throws(() => templateFiles({ directory: [], compile }), /the directory must be a path/)
  t.throws(() => templateFiles({ directory: [7 as never], compile }), /7 was given/)
  t.throws(() => templateFiles({ directory: '.', compile, reload: 1 as never }), /reload must be/)
  t.throws(
    () => templateFiles({ directory: '.', compile, cache: 1 } as never),
    /unknown option "cache"/,
  )
})
