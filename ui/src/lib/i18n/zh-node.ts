// 轻节点页面。

import type { Catalogue } from "./en";

export const node: Catalogue["node"] = {
  title: "轻节点",
  what: "这个应用里运行着一个轻节点。它不轻信任何人：网络给出的每个答复，都用数学方法验证。",
  nothing: "还没有验证任何内容。连上网络后，轻节点就会开始工作。",
  headersTitle: "经过验证的区块头",
  headers: (round: string) => `已验证到第 ${round} 轮：或逐个验证，或凭法定多数的签名跳跃验证。`,
  signedTitle: "由管理节点签名",
  signed: (quorum: string, managers: string) =>
    `${managers} 个管理节点中，至少要有 ${quorum} 个为区块头签名。不足此数，一律拒绝。`,
  newestTitle: "最新的区块头",
  newest: (round: string) => `第 ${round} 轮`,
  balanceTitle: "您的余额",
  balance: (round: string) => `第 ${round} 轮的区块头证明，账本中确有这笔余额。数字若有误，就通不过验证。`,
  noBalance: "尚未证明。",
  trustTitle: "不轻信任何一方",
  trust: "工作节点传递您的密封信件，提供区块头和证明。它们可能变慢或不回应，但虚假的答复会在这里被识破并丢弃。",
  network: "网络",
  chain: "链标识",
  began: "创始时间",
  worker: "所连工作节点",
  noWorker: "暂无",
  reachedAt: "连接地址",
  join: "加入网络",
  joinWhat: "网络启动时会显示它的地址，末尾是 # 和链标识。",
  joinLabel: "网络地址",
  joinDo: "加入",
  joined: "地址已保存，轻节点正在寻找网络。",
};
