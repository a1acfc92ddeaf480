/** One kind of sentence that speaks to the agent instead of informing it. */
export interface PhraseRule {
  /** Shown in findings. */
  readonly rule: string;
  /** What a match begins with, folded; six letters at least. */
  readonly leads: readonly string[];
  /** Sticky, on folded text: lower-case letters and digits without anything between. */
  readonly pattern: RegExp;
}

const filler = '(?:any|all|every|each|of|the|these|those|your|my|our|this|that|other|and|prior|previous|previously|given|above|earlier|preceding|existing|original|initial|current|system|safety|security){0,6}';
const before = '(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|current|system|safety|security|other)';
const orders = '(?:instruction|prompt|rule|guideline|direction|directive|command|constraint|message|order|polic|training|programming|restriction)';
const hidden = '(?:your|the)(?:full|entire|hidden|secret|original|initial|exact|complete|own){0,3}(?:system|developer|initial|hidden)(?:prompt|instruction|message)';
const valuables = '(?:apikey|secret|credential|environmentvariable|envvar|sshkey|privatekey|password|accesstoken|authtoken|envfile|tokens)';
const audience = '(?:the|your)(?:user|human|person|developer|operator|owner)(?!s)';
const assistant = '(?:ai|llm|languagemodel|largelanguagemodel|codingagent|claude|chatgpt|copilot|codex)(?:model|assistant|agent|bot|tool)?s?';

const verbs = ['ignoreal', 'ignorean', 'ignoreth', 'ignoreyo', 'ignorepr', 'ignoreea', 'ignoreev', 'ignoreab', 'ignoremy', 'ignoreor', 'ignoresy', 'ignoreot', 'disregard', 'forgetal', 'forgetan', 'forgetth', 'forgetyo', 'forgetpr', 'forgetev', 'override', 'overrule', 'donotfollow', 'dontfollow', 'stopfollowing', 'nolongerfollow'];

/** Phrases that are common to published injections. Naive: whoever knows the list writes something else. */
export const phrases: readonly PhraseRule[] = [
  {
    rule: 'override-instructions',
    leads: verbs,
    pattern: new RegExp(`(?:ignore|disregard|forget|override|overrule|do(?:not|nt)follow|stopfollowing|nolongerfollow)${filler}${before}${filler}${orders}`, 'y'),
  },
  { rule: 'override-instructions', leads: ['forgetev', 'ignoreev', 'disregardev'], pattern: /(?:forget|ignore|disregard)everything(?:you(?:have|were|know|ve)|above|before|previous|prior|thatcame|uptothis)/y },
  { rule: 'new-instructions', leads: ['yournewinstruction', 'yournewtask', 'yournewobjective', 'yournewrole', 'yournewgoal', 'yourrealtask', 'youractualtask'], pattern: /your(?:new|real|actual)(?:instructions?|task|objective|role|goal)(?:are|is)/y },
  { rule: 'new-role', leads: ['youarenow', 'fromnowonyou', 'youarenolonger'], pattern: /(?:fromnowon)?you(?:are|will|must|re)(?:now|nolonger|actas|be)?(?:in|an?)?(?:dan|developermode|jailbroken|unrestricted|uncensored|unfiltered|boundby|evil|rootuser)/y },
  { rule: 'reveal-prompt', leads: ['revealyour', 'revealthe', 'printyour', 'printthe', 'outputyour', 'outputthe', 'repeatyour', 'repeatthe', 'discloseyour', 'disclosethe', 'leakyour', 'showmeyour', 'tellmeyour'], pattern: new RegExp(`(?:reveal|print|output|repeat|disclose|leak|showme|tellme)${hidden}`, 'y') },
  { rule: 'keep-from-user', leads: ['donottell', 'donotinform', 'donotmention', 'donotalert', 'donotnotify', 'donotletthe', 'donotreveal', 'dontmention', 'donttellthe', 'donttellyour', 'withouttelling', 'withoutinforming', 'withoutnotifying', 'withoutalerting', 'keepthissecret'], pattern: new RegExp(`(?:do(?:not|nt)(?:tell|inform|alert|notify|let|mention(?:this|it|anyofthis)?to|reveal(?:this|it)?to)|without(?:telling|informing|notifying|alerting)|keepthissecretfrom)${audience}`, 'y') },
  {
    rule: 'send-secrets',
    leads: ['sendallthe', 'sendyour', 'sendthe', 'sendall', 'sendany', 'uploadthe', 'uploadyour', 'uploadall', 'exfiltrate', 'transmitthe', 'transmitall', 'transmityour', 'postthe', 'postyour', 'emailthe', 'emailyour', 'forwardthe', 'forwardyour', 'leakthe', 'encodethe'],
    pattern: new RegExp(`(?:send|upload|exfiltrate|transmit|post|email|forward|leak|encode)(?:me|us|all|any|the|your|every|contents?|values?|of|their|users?|local|found|file|and){0,6}${valuables}[a-z0-9]{0,40}?(?:to|at|via)(?:http|this(?:url|address|server|endpoint)|the(?:following|url|server|address|endpoint|attacker)|my|us|attacker)`, 'y'),
  },
  { rule: 'false-authority', leads: ['messagefrom', 'noticefrom', 'instructionfrom', 'instructionsfrom', 'orderfrom', 'updatefrom'], pattern: /(?:message|notice|instructions?|order|update)from(?:anthropic|openai|your(?:developer|creator|maker)s?|the(?:systemadministrator|developmentteamatanthropic))/y },
  {
    rule: 'addressed-to-agents',
    leads: ['ifyouarean', 'ifyoureana', 'ifyouareai', 'ifyouarea', 'attentionai', 'attentionall', 'attentionany', 'attentionllm', 'notetoai', 'notetoany', 'instructionsforai', 'instructionsforthe', 'instructionsforllm', 'anyaiagent', 'allaiagents', 'aiagentsreading', 'aiassistantsreading', 'llmsreading'],
    pattern: new RegExp(`(?:ifyou(?:are|re)an?|attention|noteto|instructionsfor|any|all)?(?:any|all|the|an?)?${assistant}[a-z]{0,40}?(?:youmust|youshouldrun|youareto|youhaveto|mustrun|mustexecute|mustfirst|mustalso|needtorun|pleaserun|runthefollowing|executethefollowing|ignoreall|ignoreprevious)`, 'y'),
  },
];
