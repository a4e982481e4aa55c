;; Says that its answer lies beyond the end of its memory.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.const -4096))
