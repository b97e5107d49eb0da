//! The paper's tables, on its models.

use common::experiment::Reference;

/// Table 1.
pub(super) const METHODS: Reference = Reference {
    title: "WikiText perplexity by method (full precision: 14.9, 28.4, 18.0)",
    source: "Table 1",
    csv: "scheme and method,TinyLlama 1.1B,StableLM-2 1.6B,Gemma 2B
W8A8 SmoothQuant-Static,177,583,> 1000
W8A8 SmoothQuant-Edge,27.1,74.5 (70.2 in Table 4),45.3
W8A8 OmniQuant-Static,51.0,298.6,> 1000
W8A8 OmniQuant-Edge,16.3,30.9,23.4
W4A8 OmniQuant-Static,416.3,258.5,> 1000
W4A8 OmniQuant-Edge,18.8,36.0,23.9
",
};

/// Table 2.
pub(super) const BUDGET: Reference = Reference {
    title: "WikiText perplexity, W4A8, ranges learned block-wise / end to end",
    source: "Table 2",
    csv: "samples and epochs,TinyLlama 1.1B,StableLM-2 1.6B,Gemma 2B
128 and 20,18.3 / 19.9,35.4 / 40.4,23.0 / 32.5
128 and 60,18.3 / 17.4,37.0 / 36.5,23.7 / 26.1
128 and 120,18.1 / 17.1,37.1 / 35.1,24.0 / 23.1
256 and 60,17.9 / 17.1,35.9 / 34.2,24.5 / 22.0
1024 and 60,17.7 / 17.1,35.4 / 33.6,24.9 / 21.4
",
};

/// Table 3.
pub(super) const RANGES: Reference = Reference {
    title: "WikiText perplexity of OmniQuant-Edge without and with learned ranges of activations",
    source: "Table 3",
    csv: "scheme,learned ranges,TinyLlama 1.1B,StableLM-2 1.6B,Gemma 2B
W8A8,no,16.3,30.9,23.4
W8A8,yes,15.9,30.5,22.8
W4A8,no,18.8,36.0,23.9
W4A8,yes,18.3,35.4,23.0
",
};

/// Table 4.
pub(super) const TASKS: Reference = Reference {
    title: "WikiText perplexity and accuracies in % on ARC-Challenge, HellaSwag and MMLU",
    source: "Table 4",
    csv: "model,scheme,method,WikiText,ARC-Challenge,HellaSwag,MMLU
TinyLlama,FP16,,14.9,33,60,25
TinyLlama,W8A8,SmoothQuant-Edge,27.1,29.6,52.8,24.9
TinyLlama,W8A8,OmniQuant-Edge,16.3,31.7,58.4,24.9
TinyLlama,W8A8,MobileQuant,15.5,31.9,59.2,25.0
TinyLlama,W4A8,OmniQuant-Edge,18.8,28.8,56.4,25.5
TinyLlama,W4A8,MobileQuant,17.1,32.3,57.0,25.5
StableLM-2,FP16,,28.4,39,65,32
StableLM-2,W8A8,SmoothQuant-Edge,70.2,35.9,61.8,26.0
StableLM-2,W8A8,OmniQuant-Edge,30.9,36.3,63.4,29.3
StableLM-2,W8A8,MobileQuant,29.7,37.1,63.6,30.0
StableLM-2,W4A8,OmniQuant-Edge,36.0,34.9,60.2,25.9
StableLM-2,W4A8,MobileQuant,33.6,35.6,60.5,24.1
Gemma,FP16,,18.0,23,42,28
Gemma,W8A8,SmoothQuant-Edge,45.3,23.0,39.0,25.8
Gemma,W8A8,OmniQuant-Edge,23.4,22.4,39.9,26.8
Gemma,W8A8,MobileQuant,20.3,21.8,40.9,25.8
Gemma,W4A8,OmniQuant-Edge,23.9,23.1,38.1,25.5
Gemma,W4A8,MobileQuant,21.4,23.0,38.9,25.6
",
};

/// Table 5.
pub(super) const ON_DEVICE: Reference = Reference {
    title: "On the phone, TinyLlama: WikiText perplexity and LAMBADA accuracy in % (first 1,000 samples)",
    source: "Table 5",
    csv: "scheme,WikiText,LAMBADA
FP16,14.9,82.9
W8A16,15.2,82.9
MobileQuant W8A8,15.6,82.4
full W8A8,8e5,1.3
",
};

/// Table 6.
pub(super) const COST: Reference = Reference {
    title: "Snapdragon 8 Gen 3, TinyLlama, a forward pass: latency in ms / energy in mJ / peak memory in MiB",
    source: "Table 6",
    csv: "mode,W8A16,MobileQuant W8A8,full W8A8
prompt of 256 tokens,510 / 1000 / 1019,276 / 490 / 1011,89 / 183 / 1006
generation at context 1024,54 / 69 / 1007,46 / 61 / 1005,42 / 61 / 1003
generation at context 2048,119 / 165 / 1010,95 / 110 / 1007,94 / 106 / 1006
",
};

/// Table 7.
pub(super) const SYMMETRY: Reference = Reference {
    title: "WikiText perplexity, W4A8, asymmetric and symmetric weights",
    source: "Table 7",
    csv: "weights,TinyLlama 1.1B,StableLM-2 1.6B,Gemma 2B
asymmetric,17.1,33.6,21.4
symmetric,17.5,36.4,24.7
",
};

/// Table 8.
pub(super) const LATENCY: Reference = Reference {
    title: "Latency in ms, TinyLlama / Gemma",
    source: "Table 8",
    csv: "scheme,prompt of 256 tokens,generation at context 1024
W8A16,510 / 1191,54 / 78
MobileQuant W8A8,276 / 752,46 / 60
full W8A8,89 / 311,42 / 59
W4A16,320 / 617,50 / 56
MobileQuant W4A8,239 / 460,38 / 40
full W4A8,89 / 98,40 / 40
",
};
