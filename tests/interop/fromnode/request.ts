// As in Express's own tests: what it makes of a request, and of a response, is the same inside.
import { createRequire } from 'node:module'
import express, { type RequestHandler } from 'express'
import t from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { folderOf } from '../../support/folder.ts'
import { request } from '../../support/sockets.ts'
import { twice } from '../../support/twice.ts'

// The same package by another name, for which there are no types.
const express4: typeof express = createRequire(import.meta.url)('express4')
const directory = folderOf(t, { 'a.txt': 'a file', '.hidden': 'hidden' })
const root = { root: directory }

/** Handlers, and requests to them: a line and fields. */
const CASES: Readonly<Record<string, readonly [RequestHandler, ...(readonly string[])[]]>> = {
  'req.ip, ips, protocol, secure, hostname, host, subdomains': [
    (req, res) => {
      const { ip, ips, protocol, secure, hostname, host, subdomains } = req
      res.json({ ip, ips, protocol, secure, hostname, host, subdomains })
    },
    ['GET /'],
    [
      'GET /',
      'x-forwarded-for: 1.2.3.4, 5.6.7.8',
      'x-forwarded-proto: https',
      'x-forwarded-host: a.b.example.org',
    ],
  ],
  'req.path, query, originalUrl, baseUrl, url, method, xhr, httpVersion': [
    (req, res) => {
      const { path, query, originalUrl, baseUrl, url, method, xhr, httpVersion } = req
      res.json({ path, query, originalUrl, baseUrl, url, method, xhr, httpVersion })
    },
    ['GET /a/b?c=d&e[]=f&g=%20'],
    ['GET /a%2Fb//c', 'x-requested-with: XMLHttpRequest'],
    ['PUT /'],
  ],
  'req.headers, rawHeaders, get': [
    (req, res) => {
      const { headers, headersDistinct } = req
      res.json({
        headers,
        headersDistinct,
        referer: req.get('Referrer'),
        type: req.get('Content-Type'),
      })
    },
    [
      'GET /',
      'Referer: x',
      'X-A: 1',
      'x-a: 2',
      'Cookie: a=1',
      'cookie: b=2',
      'Content-Type: text/css',
      'content-type: a/b',
    ],
  ],
  'req.accepts, acceptsEncodings, acceptsCharsets, acceptsLanguages, is': [
    (req, res) => {
      res.json([
        req.accepts('html', 'json'),
        req.acceptsEncodings('gzip', 'br'),
        req.acceptsLanguages('de', 'en'),
        req.is('json'),
      ])
    },
    ['GET /', 'accept: application/json', 'accept-encoding: br', 'accept-language: en'],
    ['POST /', 'content-type: application/json', 'content-length: 0'],
  ],
  'req.fresh, stale': [
    (req, res) => {
      res.set('ETag', '"a"').send(`${req.fresh} ${req.stale}`)
    },
    ['GET /', 'if-none-match: "a"'],
    ['GET /', 'if-none-match: "b"'],
    ['GET /', 'if-none-match: "a"', 'cache-control: no-cache'],
  ],
  'req.range': [
    (req, res) => void res.json(req.range(100) ?? null),
    ['GET /', 'range: bytes=0-9,-5'],
    ['GET /'],
  ],
  'res.send': [
    (req, res) => {
      if (req.path === '/object') res.send({ a: 1 })
      else if (req.path === '/bytes') res.send(Buffer.from('bytes'))
      else if (req.path === '/204') res.status(204).send('dropped')
      else if (req.path === '/205') res.status(205).send('dropped')
      else res.send('<p>é</p>')
    },
    ['GET /'],
    ['HEAD /'],
    ['GET /object'],
    ['GET /bytes'],
    ['GET /204'],
    ['GET /205'],
  ],
  'res.json, jsonp': [
    (_, res) => void res.jsonp({ a: '</script>', b: '\u2028' }),
    ['GET /'],
    ['GET /?callback=go'],
  ],
  'res.sendStatus, links, vary, append, type, attachment': [
    (_, res) => {
      res
        .links({ next: '/2' })
        .vary('Accept')
        .append('X-A', '1')
        .append('X-A', '2')
        .type('txt')
        .attachment('☃.txt')
      res.sendStatus(418)
    },
    ['GET /'],
  ],
  'res.cookie, clearCookie': [
    (_, res) => {
      res.cookie('a', 'ü ;', { httpOnly: true, path: '/x', sameSite: 'lax', expires: new Date(0) })
      res.cookie('j', { b: 1 }).clearCookie('c').end()
    },
    ['GET /'],
  ],
  'res.redirect, location': [
    (req, res) => void (req.path === '/301' ? res.redirect(301, '/a b?c=ü') : res.redirect('../x')),
    ['GET /'],
    ['GET /301', 'accept: text/html'],
    ['HEAD /'],
  ],
  'res.format': [
    (_, res) => void res.format({ text: () => res.send('text'), html: () => res.send('<p>') }),
    ['GET /', 'accept: text/html'],
    ['GET /', 'accept: text/plain'],
    ['GET /', 'accept: image/png'],
  ],
  'res.sendFile, download': [
    (req, res) => {
      if (req.path === '/download') res.download('a.txt', 'ä.txt', root)
      else if (req.path === '/hidden')
        res.sendFile('.hidden', root, (error) => void res.status(404).send(error?.message))
      else if (req.path === '/up')
        res.sendFile('../x', root, (error) => void res.status(403).send(error?.message))
      else res.sendFile('a.txt', root)
    },
    ['GET /'],
    ['HEAD /'],
    ['GET /', 'range: bytes=2-3'],
    ['GET /', 'range: bytes=90-'],
    ['GET /', 'if-modified-since: Fri, 01 Jan 2100 00:00:00 GMT'],
    ['GET /download'],
    ['GET /hidden'],
    ['GET /up'],
  ],
  'res.headersSent, locals, app, req': [
    (req, res) => {
      res.locals['a'] = 1
      const before = res.headersSent
      res.write('x')
      res.end(
        JSON.stringify([
          before,
          res.headersSent,
          res.locals,
          res.req === req,
          req.res === res,
          res.app === req.app,
        ]),
      )
    },
    ['GET /'],
  ],
}

for (const [version, make] of [
  ['5', express],
  ['4', express4],
] as const) {
  for (const [name, [handler, ...asked]] of Object.entries(CASES)) {
    t.test(`Express ${version} behaves mounted as it does alone: ${name}`, async (t) => {
      for (const trust of [false, true]) {
        const app = make()
        app.set('env', 'test')
        app.set('trust proxy', trust)
        app.use((req, res, next) => handler(req, res, next))
        const { same, errors } = await twice(
          t,
          app,
          fromNode((req, res) => app(req, res)),
        )
        for (const [line = '', ...fields] of asked) {
          await same(t, request(line, ['connection: close', ...fields]), [line, ...fields].join())
        }
        t.strictSame(errors, [])
      }
    })
  }
}
