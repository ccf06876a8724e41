/** Reads the TLS options of a server, and the files that they name. */
import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { check, shown } from '../../../internal/checks.ts'
import { knownOptions } from '../../../internal/knownoptions.ts'

/** The options of `tls.createServer` except ALPN, which the server sets; and the paths of files. */
export interface TLSOptions
  extends Omit<SecureContextOptions, 'ALPNCallback'>,
    Pick<
      TlsOptions,
      | 'enableTrace'
      | 'handshakeTimeout'
      | 'pskCallback'
      | 'pskIdentityHint'
      | 'rejectUnauthorized'
      | 'requestCert'
      | 'SNICallback'
    > {
  /** The path of the private key, as PEM; read again by `reloadTLS()` and on SIGHUP. */
  keyFile?: string
  /** The path of the certificate with its chain, as PEM; read again like `keyFile`. */
  certFile?: string
  /** The path of the CA certificates that clients are checked against, as PEM; read again like `keyFile`. */
  caFile?: string
}

const FILES = ['key', 'cert', 'ca'] as const

/**
 * Checks the options without reading a file.
 *
 * @throws TypeError if a name is unknown, or the key or the certificate is missing.
 */
function checkTLS(options: TLSOptions): void {
  knownOptions(
    'serve: tls',
    options,
    'allowPartialTrustChain ca cert sigalgs ciphers clientCertEngine crl dhparam ecdhCurve honorCipherOrder key privateKeyEngine privateKeyIdentifier maxVersion minVersion passphrase pfx secureOptions secureProtocol sessionIdContext ticketKeys sessionTimeout enableTrace handshakeTimeout pskCallback pskIdentityHint rejectUnauthorized requestCert SNICallback keyFile certFile caFile',
  )
  for (const name of FILES) checkFile(options, name)
  const hasKey =
    isGiven(options.key) || isGiven(options.keyFile) || isGiven(options.privateKeyEngine)
  const hasCert = isGiven(options.cert) || isGiven(options.certFile)
  const needsNone =
    isGiven(options.pfx) || isGiven(options.SNICallback) || isGiven(options.pskCallback)
  if (hasKey ? hasCert : needsNone && !hasCert) return
  const alone = hasKey ? 'only the key was' : 'only the certificate was'
  const what = hasKey || hasCert ? alone : 'neither was'
  throw new TypeError(
    `serve: tls needs a key and a certificate, ${what} given. Set keyFile and certFile, or key and cert.`,
  )
}

function checkFile(options: TLSOptions, name: (typeof FILES)[number]): void {
  const path: unknown = options[`${name}File`]
  if (path === undefined) return
  const isPath = typeof path === 'string' && path !== ''
  const fix = `Write ${name}File: "/etc/tls/${name}.pem"`
  check('serve', isPath, `tls.${name}File must be a path`, path, fix)
  if (!isGiven(options[name])) return
  throw new TypeError(
    `serve: tls.${name} and tls.${name}File exclude each other, both were given. Leave one out.`,
  )
}

/**
 * Returns the options in Node's form, with the contents of the files.
 *
 * @throws TypeError if the options are invalid.
 * @throws Error if a file cannot be read, or OpenSSL refuses its contents.
 */
export async function loadTLS(options: TLSOptions): Promise<TlsOptions> {
  checkTLS(options)
  const { keyFile, certFile, caFile, ...others } = options
  const [key, cert, ca] = await Promise.all([
    contents('keyFile', keyFile),
    contents('certFile', certFile),
    contents('caFile', caFile),
  ])
  const loaded = { ...others, ...(key && { key }), ...(cert && { cert }), ...(ca && { ca }) }
  try {
    createSecureContext(loaded)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `serve: the key and certificate of tls cannot be used, OpenSSL says ${shown(reason)}. Give PEM, and a key that belongs to the certificate.`,
      { cause },
    )
  }
  return loaded
}

async function contents(name: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (cause) {
    throw new Error(
      `serve: tls.${name} cannot be read, ${shown(path)} was given. Check the path and its permissions.`,
      { cause },
    )
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
