// 私密付款：哪些信息是公开的、进行到哪一步，以及私密池。

import type { Catalogue } from "./en";
import { isolated } from "./plural";

export const hidden: Catalogue["hidden"] = {
  title: "私密付款",
  gift: "私密红包",
  publicTitle: "公开付款",
  shows: {
    nothing: "没有人能看到谁付款、付给谁、付多少；公开的只有发生了一笔私密付款及其手续费。",
    payee: "所有人都能看到这个地址和金额，但看不到付款人是您。",
    envelope: "所有人都能看到红包及其金额，但看不到是您发的，也看不到发给谁。",
    all: "这笔付款的付款人、收款人和金额都是公开的。",
  },
  topUp: (amount: string) =>
    `您的私密池余额不足，会先用一笔单独的交易转入 ${amount}：所有人都能看到您的账户转入了这个数额，但看不到之后的用途。这会多花几秒钟。`,
  carryOver: (amount: string) => `会先把往月的 ${amount} 转入本月的隐私账户。没有人能看出这些钱属于谁，但会多花几秒钟。`,
  merges: (steps: number) => `您的钱分散在太多笔零钱中，一次付款用不了这么多。会先分 ${steps} 步合并，每步几秒钟，手续费已计入。`,
  asks: (amount: string) => `需要先向私密池转入 ${amount}，而所有人都能看到。尚未付款；若可以接受，请重新付款。`,
  pool: "私密池",
  fromNobody: (label: string) => (label ? `付款人未知，付至“${isolated(label)}”` : "付款人未知"),
  toPublic: "改为公开付款",
  toPrivate: "改为私密付款",
  untold: (name: string) => `${isolated(name)}还没有告知私密收款地址。对方的应用上线后会自动告知。`,
  verified: "已核对安全码",
  unverified: "未核对安全码",
  steps: {
    waiting: "准备中：等待处理",
    top_up: "准备中：正在转入私密池",
    carry_over: "准备中：正在转移旧隐私账户中的钱",
    merge: "准备中：正在合并零钱",
    proving: "正在生成证明",
  },
  progress: (step: string, seconds: string) => `${step}（已用 ${seconds}）`,
  gaveUp: "在签名之前已放弃，没有付款。",
  cancel: "取消付款",
  underWay: "进行中的私密付款",
  to: (name: string) => `付款给 ${isolated(name)}`,
  held: "私密池余额",
  poolWhat: "用私密池中的钱付款时，没有人能看到谁付给谁、付多少。",
  putIn: "转入私密池",
  putInAmount: "金额（ABC）",
  putInShows: "所有人都能看到您的账户转入了这个数额。整数金额透露的信息最少。",
  puttingIn: (amount: string) => `${amount} 正在转入私密池。生成证明需要几秒钟，您可以继续做别的事，但请不要关闭应用。`,
  small: (count: number, total: string) => `有 ${count} 笔零钱，共 ${total}，转移的费用高于其价值，因此留在原处。`,
  smallNote: (amount: string, month: string) => `${amount} · ${month} 的账户`,
  address: "我的私密地址",
  addressWhat: "持有此地址的人可以向您私密付款。请只给一个人，不要公开：两个人互相比对就会发现地址相同。",
  addressUntil: (day: string) => `有效期至 ${day}，之后应用会生成新地址，并告知您的联系人。`,
  addressCode: "您的私密地址二维码",
  copyAddress: "复制地址",
};
