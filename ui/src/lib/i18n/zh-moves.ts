// 迁移到 Falcon。

import type { Catalogue } from "./en";

export const moves: Catalogue["moves"] = {
  signs: { ecdsa: "ECDSA（使用中）", falcon: "Falcon（抗量子，使用中）" },
  signsNothing: { ecdsa: "ECDSA（仅收款）", falcon: "Falcon（抗量子，备用）" },
  waiting: (amount: string) => `这里有 ${amount}，迁移到 Falcon 时并入您的账户。`,
  card: "抗量子密钥",
  stage: {
    ecdsa: "您的资金由 ECDSA 密钥签名。将来，量子计算机可能算出这个密钥并取走一切。",
    both: "Falcon 密钥已加入，但 ECDSA 密钥仍能付款：在它停用之前，您还没有受到保护。",
  },
  safe: "现在只有 Falcon 密钥能签名，旧密钥不再有任何作用。",
  safeSince: (round: string) => `自第 ${round} 轮起，只有 Falcon 密钥能签名，旧密钥不再有任何作用。`,
  open: "迁移到 Falcon",
  more: "详细说明",
  title: "迁移到 Falcon",
  why: "Falcon 密钥也能抵御量子计算机。有两种迁移方式。",
  inPlace: "原地迁移",
  inPlaceWhat:
    "您的账户一步启用 Falcon 密钥，并永久停用 ECDSA 密钥。余额、ABIT、名称、保证金、红包和收支明细都保留，付到旧地址的款项照常到账。",
  inPlaceShows: "所有人都能看到这个账户更换了密钥，除此之外什么也看不到。",
  newAddress: "您的 Falcon 地址",
  joins: "已在该地址，将并入",
  poor: "账户余额不足以支付手续费。",
  migrate: "原地迁移",
  again: "再试一次",
  done: "已完成：现在只有 Falcon 密钥能签名。",
  doneSince: (round: string) => `已在第 ${round} 轮完成：现在只有 Falcon 密钥能签名。`,
  sweep: "转到另一个 Falcon 地址",
  sweepWhat: "您的全部 ABC 扣除手续费后，转到您输入的 Falcon 地址。ABIT、名称、保证金、未领完的红包和收支明细仍留在这个账户里。",
  sweepShows: "所有人都能看出这两个账户属于同一个人。",
  sweepOpen: "选择这种方式",
  sweepTo: "Falcon 地址",
  sweepHint: "以 F 开头。如果想分批转移，请在钱包里逐笔转账到该地址。",
  sweepConfirm: "要全部转到那里吗？",
  allOf: (amount: string) => `全部，目前为 ${amount}，扣除手续费`,
  stays: "留在原处",
  staysWhat: (abit: string, bonded: string) => `${abit}、保证金 ${bonded}、名称、未领完的红包、收支明细`,
  sweepDo: "全部转出",
  pool: "私密池里的资金不抗量子：留在池里不行，转出时也不行。当前版本还没有私密池。",
  progress: {
    preparing: "准备中：正在签名并保存交易。",
    submitted: "处理中。可以关闭应用，它会自动继续。",
    final: "已完成。",
    failed: "未能及时完成，今后也不会再发生。没有转移任何资金。",
  },
};
