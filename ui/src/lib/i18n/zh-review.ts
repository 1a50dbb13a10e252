// 查阅密钥。

import type { Catalogue } from "./en";
import { shown } from "./zh-shown";

export { statement } from "./zh-statement";

export const review: Catalogue["review"] = {
  title: "查阅密钥",
  what: "持有查阅密钥的人只能查看您的账户，不能做任何其他事。除非您给出，否则谁也没有。",
  give: "给出查阅密钥",
  given: "已给出",
  received: "已收到",
  stop: "停止",
  look: "查看",
  lookAt: (who: string) => `${who} 的账户`,
  kept: "停止之后，对方看不到任何新内容；此前看过的，对方可能已经保存。",
  to: "给谁：联系人的名字",
  strength: "可查看的内容",
  strengths: { period: "一个月", incoming: "仅收款", standing: "此后每个月", full: "全部历史", payment: "一笔付款" },
  states: { active: "有效", ended: "月份已过", stopped: "已停止" },
  notProved: "不是由该账户的密钥签名，请勿采信。",
  from: "月份，例如 2026-11",
  last: "最后一个月",
  purpose: "用途",
  next: "继续",
  change: "修改",
  sign: "签名并发送",
  done: "已签名并保存，将通过聊天送达。",
  span: (first: string, last: string) => `${first} 至 ${last}`,
  until: (last: string) => `直到 ${last} 月底`,
  untilStopped: "直到您停止",
  sees: {
    period: (who: string, span: string) => `${who} 将看到 ${span} 的全部内容，之前和之后的都看不到。`,
    incoming: (who: string, span: string) => `${who} 将看到 ${span} 的全部收款，其他都看不到。`,
    standing: (who: string, span: string, end: string) => `${who} 将看到 ${span} 及此后每个月的全部内容，${end}。`,
    full: (who: string, span: string) => `${who} 将看到全部内容：${span}。`,
    payment: (who: string) => `${who} 将看到一笔付款，其他都看不到。`,
  },
  shows: "月份按 UTC 计算。期末余额转入下月时对方能看到；迟到旧地址的付款对方仍能看到。",
  compare: "请先与对方核对这些数字：",
  provedIn: "证明所在轮次",
  private: (sum: string) => `其中隐私 ${sum}`,
  fee: (sum: string) => `手续费 ${sum}`,
  pool: {
    not_scanned: "尚未读取隐私部分。",
    months: (months: string) => `隐私收付款和余额：${months}。`,
    receipts: (months: string) => `${months} 只能看到隐私收款：看不到付款和余额。`,
  },
  remarks: {
    unreadable: "附言无法读取。",
    stated: "是否为本人资金，仅凭账户持有人所述。",
    undisclosed: "付给谁未披露。",
  },
  undisclosed: (sum: string) => `有 ${sum} 的流出未由这些密钥披露。`,
  claimed: (who: string) => `${who} 也把同样的隐私密钥作为自己的给了您，请核实属于谁。`,
  covers: "每一行都由您自己的轻节点证明。仅涵盖此账户和所给的密钥；同一人可能另有账户。",
  hidden: "不显示：未给出的月份；所属月份结束 62 天或更久之后才付到该地址的款项；账本上密文被破坏的款项。",
  onlyReview: "此资料仅用于查阅，不能付款，也不能签名。",
  nothingYet: "还没有人给您查阅密钥。通过聊天送来的会自动出现在这里。",
  shown,
};
