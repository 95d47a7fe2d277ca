// What the page says, in English or Chinese: by the first language that the browser asks for.

const CHINESE = {
  "Trained sequence models, to try.": "训练好的序列模型，在此试用。",
  "Model": "模型",
  "Text": "文本",
  "Beginning": "开头",
  "JSON": "JSON",
  "CSV or JSON": "CSV 或 JSON",
  "A table as CSV, a row a step.": "CSV 表格，每行一个时间步。",
  "Forecast": "预测未来",
  "A series as CSV, a row a step.": "CSV 格式的一个序列，每行一个时间步。",
  "history": "历史",
  "forecast": "预测",
  "band": "区间",
  "last value or season repeated": "重复最后的值或周期",
  "Files": "文件",
  "Examples": "示例",
  "How it continues": "续写方式",
  "Tokens": "词元数",
  "Temperature": "温度",
  "How likely is it?": "它有多可能？",
  "Stop": "停止",
  "Working …": "正在计算……",
  "Done.": "完成。",
  "Stopped.": "已停止。",
  "Copied.": "已复制。",
  "Copy": "复制",
  "The same by command line or Python": "用命令行或 Python 做同样的事",
  "Ctrl+Enter asks.": "按 Ctrl+Enter 提交。",
  "One text.": "一段文本。",
  "A sentence a line.": "每行一句。",
  "The text that it continues.": "模型由此续写。",
  "Predict": "预测",
  "Segment": "分词",
  "Find names": "标出实体",
  "Translate": "翻译",
  "Say": "说",
  "What you say; the last turns are read.": "你说的话；模型读最近几轮。",
  "New talk": "重新开始",
  "Other answers": "其他回答",
  "Continue": "续写",
  "A poem in the form that you choose.": "按所选体式写一首诗。",
  "Write": "作诗",
  "A drawing by the model.": "由模型写一笔一画。",
  "Draw": "书写",
  "There is no text yet.": "还没有文本。",
  "There is no file yet.": "还没有文件。",
  "Expected files or JSON; there are both.": "请只给文件或只给 JSON，现在两者都有。",
  "Record": "录音",
  "or drop a file anywhere on this page": "或把文件拖到页面任意处",
  "A browser records on secure pages alone: open this one by https, or at localhost.":
    "浏览器只在安全页面上录音：请用 https 或 localhost 打开本页。",
  "There is no microphone. Choose a file instead.": "没有麦克风，请改为选择文件。",
  "The browser does not allow the microphone. Allow it, or choose a file.": "浏览器不允许使用麦克风，请允许，或选择文件。",
  "The microphone cannot be used.": "无法使用麦克风。",
  "No words while you speak:": "说话时无法显示文字：",
  "Sounds: WAV, FLAC, OGG, MP3, ...": "声音文件：WAV、FLAC、OGG、MP3 等。",
  "Recognize": "识别",
  "Words: press one to hear it": "词语：按下即可听到",
  "Wave, spectrogram and likely symbols over time": "波形、频谱图与各时刻可能的符号",
  "The browser cannot draw this sound.": "浏览器无法绘制这段声音。",
  "No words were heard.": "没有听到词语。",
  "sure": "把握",
  "HTTP reference": "HTTP 接口参考",
  "Each address of this server, to try.": "本服务器的所有地址，均可在此试用。",
  "Models": "模型",
  "Field": "字段",
  "Type": "类型",
  "Meaning": "含义",
  "Status": "状态码",
  "Body": "内容",
  "Answers": "回应",
  "Answer": "回应",
  "Try it": "试一试",
  "Send": "发送",
  "list of": "列表，元素为",
  "or": "或",
  "any": "任意",
  "This text is unlike those the model was trained on. Do not rely on the answer.":
    "这段文本与模型的训练文本很不一样，答案不可靠。",
};

const asked = navigator.languages?.[0] ?? navigator.language ?? "en";
const chinese = asked.toLowerCase().startsWith("zh");

// A text of the page in the reader's language.
export const t = (english) => (chinese && CHINESE[english]) || english;

// The texts that stand in the page itself.
export function translate(root) {
  root.lang = chinese ? "zh" : "en";
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.textContent);
}
