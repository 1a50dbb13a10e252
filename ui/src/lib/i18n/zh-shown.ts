// 向一个人出示一笔隐私付款。

import type { Catalogue } from "./en";

export const shown: Catalogue["review"]["shown"] = {
  prove: "向某人证明这笔付款",
  only: "对方只看到这一笔付款：金额、地址、时间和附言，看不到您账户的其他任何内容。",
  to: "给谁：联系人的名字，或查阅者名片",
  challenge: "验证码",
  challengeHint: "由对方给您，使他人无法冒用这份证明。",
  purpose: "用途",
  make: "生成证明",
  made: (who: string) => `仅为 ${who} 生成，7 天内有效。他人无法使用，但对方可以把内容给任何人看。`,
  file: "证明（文本）",
  copy: "复制证明",
  check: "核对别人出示的付款",
  checkWhat: "先把验证码和您的名片给对方，对方随后发来的内容只向您一人证明一笔付款。",
  ask: "生成验证码",
  copyAsked: "复制验证码和名片",
  compare: "对方会与您核对这些数字：",
  go: "核对",
  over: "这份证明已过有效期，请对方重新生成。",
  paidTo: (address: string) => `付给 ${address}`,
  memo: (memo: string) => `附言：${memo}`,
  when: (time: string, round: string) => `${time}，轮次 ${round}。`,
  by: { payer: "由付款方出示。", payee: "由收款方出示。" },
  account: (address: string) => `由账户 ${address} 负责。`,
  said: (words: string) => `对方说明：${words}`,
  until: (time: string) => `有效期至 ${time}。`,
  provesTitle: "证明了什么",
  proves: "在一笔已最终确认的交易中，此输出向此地址支付了此金额并带有此附言，且出示者回应了您的验证码。由您自己的轻节点核对。",
  notTitle: "没有证明什么",
  limits: ["付款方的姓名属实、款项仍在，或没有其他付款。", "付款之外的说明仅凭出示者所述。", "对方可以把内容给任何人看，您也可以。"],
};
