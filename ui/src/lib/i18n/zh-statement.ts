// 账单。

import type { Catalogue } from "./en";
import { plurals } from "./plural";

const count = plurals("zh-Hans");

export const statement: Catalogue["statement"] = {
  button: "账单",
  title: "账单",
  titleOf: (who: string) => `${who} 的账单`,
  what: "一段时间内的全部记录，包括公开的和私密的，并附有一笔不漏的证明。除非您自己给出，否则谁也看不到。",
  whatOf: "一段时间内的全部记录，由您自己的轻节点逐笔证明：人人可见的部分，以及您收到的密钥所能显示的私密收付。",
  whatReceipts: "一段时间内您收到的密钥所能显示的全部私密收款，由您自己的轻节点逐笔证明。不含付款，也不含余额。",
  from: "起始日",
  last: "截止日",
  days: "日期按协调世界时（UTC）计算。尚未结束的时段以最新区块为止。",
  format: "格式",
  formats: { pdf: "供阅读的文档（PDF）", json: "供核验的文件（JSON）", csv: "表格（CSV）" },
  make: "生成账单",
  busy: "正在逐笔取得并证明，可能需要一分钟。",
  behind: "您的轻节点还没有到达这段时间的末尾，此时的账单不会完整。请等它连上网络并跟上进度后再试。",
  done: (n: number) => count(n, { other: "已生成并证明，共 # 笔。" }),
  file: "文件",
  copyPath: "复制路径",
  opening: "期初余额",
  closing: "期末余额",
  check: "任何人都可以用 bcm-verify 和一个检查点来核验，不需要您的账户，也不需要网络。",
  proofless: "表格只供阅读，不能证明什么。需要核验时，请给出 JSON 文件或 PDF。",
  another: "再生成一份",
};
