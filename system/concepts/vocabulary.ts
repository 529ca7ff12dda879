import { randomStream } from '../policies/random-stream.ts';

export type Language = 'en' | 'zh';

/** Words of every concept and the way back from a word to its concept. */
export interface Vocabulary {
  /** Words of a concept in one language, all different from those of every other concept. */
  words(concept: number, language: Language): readonly string[];
  /** Position of the word's concept, or undefined for a word that belongs to none. */
  conceptOf(word: string): number | undefined;
}

export const wordsPerConcept = 12;

/** Words and characters without a concept that make a text readable; no concept's word contains or equals one of them. */
export const fillers: Record<Language, readonly string[]> = {
  en: ['the', 'of', 'and', 'for', 'with', 'when', 'into', 'after', 'is', 'to', 'from', 'each', 'before', 'under', 'between', 'without'],
  zh: ['的', '和', '在', '与', '是', '了', '对', '为', '把', '从', '及', '被'],
};

const onsets = 'b d f g h k l m n p r s t v z br cl dr gl kr pl st tr'.split(' ');
const vowels = ['a', 'e', 'i', 'o', 'u'];
const codas = ['', 'n', 'r', 'l', 's', 'm'];

const commonCharacters = [
  '数据库检索向量分片缓存服务请求系统网络文档模型语言学校图书课程考试成绩宿舍食堂老师生活动作业项目工程技术研究开发测试部署运行监控日志报告结果质量安全权限用户密码',
  '登录注册查询更新删除插入备份恢复迁移扩容负载均衡健康检验故障切换主从节点集群副本同步异步延迟吞吐并发线程进程内存磁盘带宽流量限制策略算法排序过滤聚合统计平均方差',
  '天地山水火风雨雪春夏秋冬东西南北城市农村道路桥梁车站机场港口船票价格市场商品订单支付退款物流仓储合同法律政府机构银行金融保险投资收入税费医院药品治疗病人护理疫苗',
].join('');

/** None of them a filler, so that a run of words and fillers can be cut in one way only. */
const characters = [...new Set(Array.from(commonCharacters))].filter((character) => !fillers.zh.includes(character));

function pick<T>(list: readonly T[], position: number): T {
  const item = list[position];
  if (item === undefined) {
    throw new RangeError(`position ${position} is outside a list of ${list.length}`);
  }
  return item;
}

/** Draws words until the vocabulary has room for every concept: up to 4096 concepts × 12 words in each language. */
export function createVocabulary(seed: number, concepts: number): Vocabulary {
  const stream = randomStream(seed, 'vocabulary');
  const draw = <T>(list: readonly T[]) => pick(list, Math.floor(stream.uniform() * list.length));
  const coin: Record<Language, () => string> = {
    en() {
      const syllables = 2 + Math.floor(stream.uniform() * 2);
      return Array.from({ length: syllables }, () => draw(onsets) + draw(vowels)).join('') + draw(codas);
    },
    zh: () => draw(characters) + draw(characters),
  };
  const conceptOfWord = new Map<string, number>();
  const taken = new Set([...fillers.en, ...fillers.zh]);
  const newWord = (concept: number, language: Language) => {
    let word = coin[language]();
    while (taken.has(word)) {
      word = coin[language]();
    }
    taken.add(word);
    conceptOfWord.set(word, concept);
    return word;
  };
  const wordsOf = (language: Language) =>
    Array.from({ length: concepts }, (_, concept) => Array.from({ length: wordsPerConcept }, () => newWord(concept, language)));
  const words: Record<Language, readonly (readonly string[])[]> = { en: wordsOf('en'), zh: wordsOf('zh') };
  return { words: (concept, language) => pick(words[language], concept), conceptOf: (word) => conceptOfWord.get(word) };
}
