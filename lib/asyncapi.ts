/** AsyncAPI documents of applications, made of what their websockets and channels carry. */
export {
  type AsyncAPIChannelOptions,
  type AsyncAPIOptions,
  asyncapi,
} from './asyncapi/document.ts'
export type * from './asyncapi/types.ts'
