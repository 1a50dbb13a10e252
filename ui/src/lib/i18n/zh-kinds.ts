// 记录的种类：付款以外。

import type { kinds as english } from "./en-kinds";

export const kinds: typeof english = {
  convert: "兑换为 ABIT",
  shield: "转入隐私池",
  unshield: "转出隐私池",
  carry_over: "转入新的隐私账户",
  merge: "合并私密零钱",
  sweep: "全部转移",
  migrate: "迁移到 Falcon",
  key: "更换密钥",
  profile: "更换资料",
  envelope: "红包",
  name: "名称",
  bond: "保证金",
  reward: "奖励",
  rotation: "为他人迁移作出的承诺",
};
