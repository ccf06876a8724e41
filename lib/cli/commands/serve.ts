/** `stellula serve`: serves an application. */
import type { Command } from '../command.ts'
import { runServer } from '../serving/run.ts'
import { readServeSettings } from '../serving/settings.ts'

export const serveCommand: Command = {
  name: 'serve',
  takes: 'MODULE[:EXPORT]',
  counts: [1, 1],
  about: `Serves an application: the export "app" or the default of a module, or the export that is named. SIGTERM
and SIGINT (Ctrl+C) end it, a second one at once.`,
  options: {
    host: { value: 'HOST', help: 'The address (127.0.0.1); 0.0.0.0 or :: for all.' },
    port: { value: 'PORT', help: 'The port ($PORT, or 8000); 0 uses a free one.' },
    path: { value: 'FILE', help: 'A unix socket, instead of host and port.' },
    fd: {
      value: 'NUMBER',
      help: 'A listening descriptor (3 under socket activation).',
    },
    workers: { value: 'COUNT', help: 'Serve in several processes; SIGHUP replaces them.' },
    reload: { help: 'Restart when an imported file changes.' },
    'tls-cert': {
      value: 'FILE',
      help: 'The certificates for https, as PEM; read again on SIGHUP.',
    },
    'tls-key': { value: 'FILE', help: 'The key of the certificate, as PEM.' },
    http2: { help: 'Serve HTTP/2 on the same port, too.' },
    'root-path': { value: 'PATH', help: 'The prefix that a proxy has stripped.' },
    'proxy-headers': {
      value: 'PROXIES',
      help: 'Trust X-Forwarded-* of these proxies: loopback,10.0.0.0/8.',
    },
    grace: {
      value: 'SECONDS',
      help: 'How long open requests may take to end (8; 0.5 with --reload).',
    },
    'env-file': {
      value: 'FILE',
      help: 'Environment variables; variables that are already set are kept.',
    },
    'access-log': {
      value: 'FORM',
      help: 'Log each request to the standard output: pretty or json.',
    },
  },
  examples: [
    'stellula serve dist/app.js',
    'stellula serve src/app.ts --reload --access-log pretty',
    'stellula serve dist/app.js:app --workers 4 --host 0.0.0.0',
  ],
  run: async (args) => runServer(readServeSettings(args)),
}
