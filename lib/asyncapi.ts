/** AsyncAPI documents of applications, made from the messages of their websockets and channels. */
export {
  type AsyncAPIChannelOptions,
  type AsyncAPIOptions,
  asyncapi,
} from './asyncapi/document.ts'
export type * from './asyncapi/types.ts'
